using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Granary.Api;
using Granary.Api.Auth;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Programs.Tests.Operations;

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

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-operations-tests-");
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

    /// <summary>A client that follows no redirects and keeps no cookies.</summary>
    public HttpClient Client(string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromMinutes(1),
        };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    public Shop Shop => new(Address, TokenOf(UserId.From("admin"), Roles.Admin));

    /// <summary>Places an order.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> OrderAsync(HttpClient customer, string sku)
    {
        var order = await ExpectAsync(
            await PostAsync(customer, "/orders", new { items = new[] { new { sku, quantity = 1 } } }), HttpStatusCode.Created);
        return order.GetProperty("id").GetString()!;
    }

    public static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object body) =>
        client.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);

    public static async Task<JsonElement> ExpectAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        using (response)
        {
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {body}");
            using var json = JsonDocument.Parse(body);
            return json.RootElement.Clone();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
