using Granary.Api;
using Granary.Api.Auth;
using Granary.Load;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Programs.Tests.Benchmarks;

/// <summary>The product with an embedded silo and SQLite files in a separate directory.</summary>
public sealed class Product : IAsyncLifetime
{
    public static readonly StaffCredentials Staff = new("admin", "correct-horse-battery-staple-1");
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-benchmark-tests-").FullName;
    private WebApplication? _app;

    public Uri Address => new(_app!.Urls.First());

    public async ValueTask InitializeAsync()
    {
        _app = FrontEnd.Build(
        [
            "--urls=http://127.0.0.1:0",
            "--Granary:Silo:Port=0",
            "--Granary:Silo:GatewayPort=0",
            $"--Granary:DataDirectory={_directory}",
            $"--Granary:Admin:UserName={Staff.UserName}",
            $"--Granary:Admin:Password={Staff.Password}",
            "--Granary:RateLimit:PermitsPerSecond=0",
            "--Serilog:MinimumLevel:Default=Error",
        ]);
        await _app.StartAsync();
        await _app.Services.GetRequiredService<FirstAdministrator>().Registered;
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
