using System.Net.Http.Headers;
using Granary.Api;
using Granary.Api.Auth;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Http.Tests;

/// <summary>
/// The product as a new user runs it: Kestrel, an embedded silo and SQLite files in a separate directory. All tests of the
/// assembly share one; each test creates its own products and users.
/// </summary>
public sealed class GranaryApp : IAsyncLifetime
{
    /// <summary>The password of the first administrator, <c>admin</c>.</summary>
    public const string AdminPassword = "correct horse battery staple";

    private readonly string _directory = Directory.CreateTempSubdirectory("granary-http-tests-").FullName;
    private readonly string[] _settings;
    private readonly Action<WebApplicationBuilder>? _configure;
    private WebApplication? _app;
    private Task<Contract>? _contract;
    private Task<IReadOnlyDictionary<string, string>>? _apiKeys;

    public GranaryApp()
        : this([])
    {
    }

    /// <summary>Tests send and leave unpaid more than one caller may by default.</summary>
    private static readonly string[] Unbounded =
    [
        "--Granary:RateLimit:PermitsPerSecond=20000", "--Granary:RateLimit:SearchesPerSecond=0", "--Granary:RateLimit:RegistrationsPerMinute=0",
        "--Granary:Orders:MaxOpenOrdersPerUser=0", "--Granary:Orders:MaxOpenUnitsPerUser=0",
    ];

    /// <summary>
    /// On a busy machine the first calls of a new silo may take longer than the product grants them: they would be answered 503. A call of
    /// an endpoint is made twice before that.
    /// </summary>
    private static readonly string[] Patient = ["--Granary:Silo:ResponseTimeout=00:02:00", "--Granary:Limits:RequestTimeout=00:05:00"];

    /// <summary>Tests of what users do need no password that resists guessing; a test of the hashing itself adds the product's options.</summary>
    private static readonly PasswordHasherOptions QuickHashing = new() { IterationCount = 1_000 };

    private GranaryApp(string[] settings, Action<WebApplicationBuilder>? configure = null)
    {
        _settings = settings;
        _configure = configure;
    }

    /// <summary>A separate, started application for a test that needs other settings.</summary>
    /// <param name="settings">Command-line arguments such as <c>--Granary:RateLimit:Burst=2</c>.</param>
    public static Task<GranaryApp> StartWith(params string[] settings) => StartWith(null, settings);

    /// <summary>An application of its own for a test that puts doubles into it, started.</summary>
    /// <param name="configure">Adds the doubles.</param>
    /// <param name="settings">Command-line arguments.</param>
    public static async Task<GranaryApp> StartWith(Action<WebApplicationBuilder>? configure, params string[] settings)
    {
        var app = new GranaryApp(settings, configure);
        await app.InitializeAsync();
        return app;
    }

    /// <summary>The directory of its files.</summary>
    public string DataDirectory => _directory;

    /// <summary>The front end's services, for state that is not visible over HTTP.</summary>
    public IServiceProvider Services => _app!.Services;

    /// <summary>Its HTTP address.</summary>
    public Uri Address => new(_app!.Urls.First());

    public async ValueTask InitializeAsync()
    {
        _app = FrontEnd.Build(
        [
            "--urls=http://127.0.0.1:0",
            "--Granary:Silo:Port=0",
            "--Granary:Silo:GatewayPort=0",
            $"--Granary:DataDirectory={_directory}",
            "--Serilog:MinimumLevel:Default=Fatal",
            $"--Granary:Admin:Password={AdminPassword}",
            "--Granary:Webhooks:AllowPrivateTargets=true",
            "--Granary:Payments:Provider=Sandbox",
            .. Unbounded,
            .. Patient,
            .. _settings,
        ], builder =>
        {
            _configure?.Invoke(builder);
            builder.Services.TryAddSingleton(QuickHashing);
        });
        await _app.StartAsync();
        if (Services.GetService<FirstAdministrator>() is { } administrator)
        {
            await administrator.Registered;
        }
    }

    /// <summary>A valid token of a user, as a login would give it.</summary>
    public string TokenOf(string userId, params string[] roles) =>
        Services.GetRequiredService<TokenIssuer>().Issue(userId, roles).AccessToken;

    /// <summary>A token of the first administrator, which no sign-out ends.</summary>
    public string AdminToken => LastingTokenOf(UserId.From("admin"), Roles.Admin);

    /// <summary>A token of a user, which no sign-out ends.</summary>
    public string LastingTokenOf(string userId, params string[] roles) =>
        Services.GetRequiredService<TokenIssuer>().Issue(userId, roles, generation: long.MaxValue).AccessToken;

    /// <summary>An API key for each scope, which has this scope alone.</summary>
    public Task<IReadOnlyDictionary<string, string>> ApiKeys() => _apiKeys ??= CreateKeys();

    private async Task<IReadOnlyDictionary<string, string>> CreateKeys()
    {
        var keys = new Dictionary<string, string>();
        foreach (var scope in Scopes.All)
        {
            keys[scope] = await ApiKey(scope);
        }

        return keys;
    }

    /// <summary>A new API key with these scopes.</summary>
    public async Task<string> ApiKey(params string[] scopes)
    {
        var (id, text) = ApiKeyText.Generate();
        var keys = Services.GetRequiredService<IGrainFactory>().GetGrain<IApiKeysGrain>(ApiKeyText.Ring);
        var reply = await keys.Create(new CreateApiKey(id, "test", scopes, ApiKeyText.HashOf(text), ExpiresAt: null, UserId.System));
        Assert.Null(reply.Refusal);
        return text;
    }

    /// <summary>A user with these roles, registered without the front end, which hashes passwords slowly.</summary>
    /// <returns>The user's id.</returns>
    public async Task<string> Register(params string[] roles)
    {
        var name = Shop.Unique("user");
        var id = UserId.From(name);
        var user = Services.GetRequiredService<IGrainFactory>().GetGrain<IUserGrain>(id);
        var reply = await user.Register(new RegisterUser(name, "", null, roles, UserId.System));
        Assert.Null(reply.Refusal);
        return id;
    }

    /// <summary>A shop whose customers are registered without the front end.</summary>
    public Shop OpenShop() => new(CreateClient(AdminToken), async () =>
    {
        var id = await Register(Roles.Customer);
        return new Customer(CreateClient(TokenOf(id, Roles.Customer)), id);
    });

    /// <summary>The document that every answer is held against.</summary>
    public Task<Contract> Contract() => _contract ??= ReadContract();

    /// <summary>A client without a token, or with one. An answer that the API document does not promise fails the test.</summary>
    public HttpClient CreateClient(string? token = null)
    {
        var client = new HttpClient(new ContractHandler(Contract)) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(5) };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    private async Task<Contract> ReadContract()
    {
        using var client = new HttpClient();

        // An application with low limits may cut off the first response: on a busy machine, the code that makes the document is still
        // being compiled when the time of the request ends.
        var document = await Eventually.SucceedsAsync(
            () => client.GetStringAsync(new Uri(Address, "/openapi/v1.json")), fault => fault is HttpRequestException);
        var contract = new Contract(document);
        PromiseLedger.Promised(contract.Promises);
        return contract;
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
