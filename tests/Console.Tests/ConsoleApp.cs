using System.Net.Http.Headers;
using Granary.Api;
using Granary.Api.Auth;
using Granary.Grains.Interfaces;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Payments.Reconciling;
using Granary.Journal;
using Granary.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Console.Tests;

/// <summary>
/// The product with an embedded silo and SQLite files, and one browser: Debian's Chromium, driven by Playwright. All tests share both; each
/// visits with a context of its own, and makes its own users, products and orders.
/// </summary>
public sealed class ConsoleApp : IAsyncLifetime
{
    private const string AdminPassword = "correct horse battery staple";

    /// <summary>The first has no window; the others draw their own bars around every page, which takes twice the processor time (docs/testing.md).</summary>
    private static readonly string[] Chromiums = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser"];

    /// <summary>On a busy machine the first page of a new browser takes long.</summary>
    private const float Patience = 90_000;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-console-tests-");
    private WebApplication? _app;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private Task<Scene>? _scene;
    private Receiver? _receiver;

    /// <summary>Its HTTP address.</summary>
    public Uri Address => new(_app!.Urls.First());

    /// <summary>A shop whose customers are registered without a password.</summary>
    public Shop Shop => field ??= new Shop(Client(TokenOf(UserId.From("admin"), Roles.Admin)), async () =>
    {
        var id = await Register(Roles.Customer);
        return new Customer(Client(TokenOf(id, Roles.Customer)), id);
    });

    private IServiceProvider Services => _app!.Services;

    public async ValueTask InitializeAsync()
    {
        _app = Build(
            _directory, "--Granary:Payments:Provider=Sandbox", "--Granary:Webhooks:AllowHttp=true", "--Granary:Webhooks:AllowPrivateTargets=true");
        await _app.StartAsync();
        await Services.GetRequiredService<FirstAdministrator>().Registered;
        SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromiums.First(File.Exists),
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-lcd-text"],
            Timeout = Patience,
        });
    }

    /// <summary>The product with files of its own and these settings.</summary>
    public static WebApplication Build(DirectoryInfo directory, params string[] settings) => FrontEnd.Build(
    [
        "--urls=http://127.0.0.1:0",
        "--Granary:Silo:Port=0",
        "--Granary:Silo:GatewayPort=0",
        $"--Granary:DataDirectory={directory.FullName}",
        "--Serilog:MinimumLevel:Default=Fatal",
        $"--Granary:Admin:Password={AdminPassword}",
        "--Granary:RateLimit:PermitsPerSecond=20000",
        "--Granary:RateLimit:RegistrationsPerMinute=0",
        "--Granary:Orders:MaxOpenOrdersPerUser=0",
        "--Granary:Orders:MaxOpenUnitsPerUser=0",
        // The tests' tokens last for the whole run.
        "--Granary:Auth:TokenLifetime=1.00:00:00",
        "--Granary:Silo:ResponseTimeout=00:02:00",
        "--Granary:Limits:RequestTimeout=00:05:00",
        .. settings,
    ], builder => builder.Services.AddSingleton(new PasswordHasherOptions { IterationCount = 1_000 }));

    /// <summary>A receiver of webhooks.</summary>
    public async Task<Receiver> Receiver() => _receiver ??= await Tests.Receiver.Start();

    /// <summary>The provider says something of a payment, such as disputed.</summary>
    public async Task Say(string payment, string type)
    {
        var (headers, body) = SandboxProvider.EventOf(Testing.Shop.Unique("evt"), type, payment, DateTimeOffset.UtcNow);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/payment-webhooks/sandbox") { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var http = new HttpClient { BaseAddress = Address };
        using var taken = await http.SendAsync(request);
        taken.EnsureSuccessStatusCode();
    }

    /// <summary>What a nightly comparison with the provider has found.</summary>
    public Task Compared(PaymentReconciliation report) => Services.GetRequiredService<ReconciliationStore>().SaveAsync(report, CancellationToken.None);

    /// <summary>An event of the order that a consumer could not take.</summary>
    /// <returns>The id of the dead letter.</returns>
    public async Task<string> SetAside(string consumer, string orderId, string error)
    {
        var record = (await Services.GetRequiredService<IJournal>().ReadStreamAsync(JournalStream.OfOrder(orderId), 0))[0];
        await Services.GetRequiredService<IStreamStore>().AddDeadLettersAsync(
            [
                new DeadLetter(
                    consumer, StreamNames.PartitionOf(record.Stream, 16), record.Position, record.Stream, record.Version, record.Type, error, 5, DateTimeOffset.UtcNow),
            ],
            CancellationToken.None);
        return $"{consumer}.{record.Position}";
    }

    /// <summary>The shop for looking at pages.</summary>
    public Task<Scene> Scene() => _scene ??= Tests.Scene.Set(this);

    /// <summary>Opens the browser for somebody who is not signed in.</summary>
    /// <param name="address">The product that is visited, if it is another one.</param>
    public async Task<Visit> Open(ColorScheme theme = ColorScheme.Light, int width = 1_280, int height = 900, Uri? address = null)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = (address ?? Address).ToString(),
            ColorScheme = theme,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            Locale = "en-US",
            TimezoneId = "Europe/Berlin",
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Patience);
        return await Visit.Begin(context);
    }

    /// <summary>Opens the browser for a user with a session.</summary>
    public async Task<Visit> OpenAs(string userId, string[] roles, ColorScheme theme = ColorScheme.Light, int width = 1_280, int height = 900)
    {
        var visit = await Open(theme, width, height);
        await SignIn(visit, userId, roles);
        return visit;
    }

    /// <summary>Gives a browser a session, in place of the one before.</summary>
    public Task SignIn(Visit visit, string userId, params string[] roles) => visit.Page.Context.AddCookiesAsync([new Cookie
    {
        Name = "granary_console",
        Value = TokenOf(userId, roles),
        Domain = Address.Host,
        Path = "/console",
        HttpOnly = true,
        SameSite = SameSiteAttribute.Strict,
    }]);

    /// <summary>Opens the browser for a new user of these roles.</summary>
    public async Task<Visit> OpenAs(params string[] roles) => await OpenAs(await Register(roles), roles);

    /// <summary>A user, registered without the front end.</summary>
    /// <param name="roles">The roles.</param>
    /// <returns>The user's id.</returns>
    public Task<string> Register(params string[] roles) => Register(Testing.Shop.Unique("user"), "", null, roles);

    /// <summary>A user with a name for people.</summary>
    /// <returns>The user's id.</returns>
    public Task<string> RegisterAs(string displayName, params string[] roles) => Register(Testing.Shop.Unique("user"), "", displayName, roles);

    /// <summary>A customer with a user name and a name for people.</summary>
    public async Task<Customer> Enter(string name, string displayName)
    {
        var id = await Register(name, "", displayName, [Roles.Customer]);
        return new Customer(Client(TokenOf(id, Roles.Customer)), id);
    }

    /// <summary>A client of the API for a user of the staff.</summary>
    public HttpClient ClientOf(string userId, params string[] roles) => Client(TokenOf(userId, roles));

    /// <summary>A user who can sign in.</summary>
    /// <returns>The user's name.</returns>
    public async Task<string> RegisterWithPassword(string password, params string[] roles)
    {
        var name = Testing.Shop.Unique("user");
        await Register(name, await Services.GetRequiredService<Passwords>().HashAsync(password, TestContext.Current.CancellationToken), null, roles);
        return name;
    }

    private async Task<string> Register(string name, string hash, string? displayName, string[] roles)
    {
        var id = UserId.From(name);
        var user = Services.GetRequiredService<IGrainFactory>().GetGrain<IUserGrain>(id);
        var reply = await user.Register(new RegisterUser(name, hash, displayName, roles, UserId.System));
        Assert.Null(reply.Refusal);
        return id;
    }

    /// <summary>A client of the API.</summary>
    public HttpClient Client(string token)
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        await (_receiver?.DisposeAsync() ?? ValueTask.CompletedTask);
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private string TokenOf(string userId, params string[] roles) => Services.GetRequiredService<TokenIssuer>().Issue(userId, roles).AccessToken;
}
