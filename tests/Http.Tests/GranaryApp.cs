using System.Net.Http.Headers;
using Granary.Http.Tests;
using Microsoft.AspNetCore.Builder;

[assembly: AssemblyFixture(typeof(GranaryApp))]

namespace Granary.Http.Tests;

/// <summary>
/// The product as it runs for a newcomer: Kestrel, an embedded silo and SQLite files in a directory of its own. One for all
/// tests of the assembly; each test brings products and users of its own.
/// </summary>
public sealed class GranaryApp : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-http-tests-").FullName;
    private WebApplication? _app;

    /// <summary>The front end's services, for what cannot be seen over HTTP.</summary>
    public IServiceProvider Services => _app!.Services;

    /// <summary>Where it answers.</summary>
    public Uri Address => new(_app!.Urls.First());

    public async ValueTask InitializeAsync()
    {
        _app = FrontEnd.Build(
        [
            "--urls=http://127.0.0.1:0",
            "--Granary:Silo:Port=0",
            "--Granary:Silo:GatewayPort=0",
            $"--Granary:DataDirectory={_directory}",
            "--Serilog:MinimumLevel:Default=Error",
        ]);
        await _app.StartAsync();
    }

    /// <summary>A client without a token, or with one.</summary>
    public HttpClient CreateClient(string? token = null)
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(1) };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }
}
