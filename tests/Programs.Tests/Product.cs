using Granary.Api;
using Granary.Api.Auth;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Programs.Tests;

/// <summary>The product in this process, with its own silo and SQLite files unless its settings say otherwise.</summary>
internal sealed class Product : IAsyncDisposable
{
    public const string AdminPassword = "correct horse battery staple";

    /// <summary>Settings that turn logging off: the tests provoke the failures on purpose.</summary>
    public static readonly IReadOnlyList<string> Silence =
    [
        "--Serilog:MinimumLevel:Default=Fatal",
        "--Serilog:MinimumLevel:Override:Microsoft=Fatal",
        "--Serilog:MinimumLevel:Override:Orleans=Fatal",
    ];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-programs-tests-");
    private readonly WebApplication _app;

    private Product(string[] settings, Action<WebApplicationBuilder>? configure) => _app = FrontEnd.Build(
        [.. SettingsIn(_directory), .. settings], configure);

    public Uri Address => new(_app.Urls.First());

    public IServiceProvider Services => _app.Services;

    /// <summary>Settings of a product on free ports that keeps all files in a directory.</summary>
    public static string[] SettingsIn(DirectoryInfo directory) =>
    [
        "--urls=http://127.0.0.1:0",
        "--Granary:Silo:Port=0",
        "--Granary:Silo:GatewayPort=0",
        $"--Granary:DataDirectory={directory.FullName}",
        $"--Granary:Admin:Password={AdminPassword}",
        "--Granary:RateLimit:PermitsPerSecond=20000",
        "--Granary:RateLimit:RegistrationsPerMinute=0",
        "--Granary:Orders:MaxOpenOrdersPerUser=0",
        "--Granary:Orders:MaxOpenUnitsPerUser=0",
        .. Silence,
    ];

    public static async Task<Product> StartAsync(string[]? settings = null, Action<WebApplicationBuilder>? configure = null)
    {
        var product = new Product(settings ?? [], configure);
        await product._app.StartAsync();
        await product.Services.GetRequiredService<FirstAdministrator>().Registered;
        return product;
    }

    public string TokenOf(string userId, params string[] roles) =>
        Services.GetRequiredService<TokenIssuer>().Issue(userId, roles).AccessToken;

    /// <inheritdoc cref="Access.Client"/>
    public HttpClient Client(string? token = null) => Access.Client(Address, token);

    public Shop Shop => field ??= Access.Shop(Address, TokenOf(UserId.From("admin"), Roles.Admin));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
