using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Granary.Api;
using Granary.Hosting;
using Granary.Hosting.Sites;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace Granary.Http.Tests.Reading;

/// <summary>Two sites on this machine: one takes orders, the other reads until the first one's database is lost.</summary>
public sealed class SiteTests
{
    private const int Clients = 4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_second_site_reads_and_after_a_failover_it_takes_orders_the_first_takes_none_and_the_account_is_exact()
    {
        await using var primary = await PostgresServer.StartAsync();
        var database = await primary.CreateDatabaseAsync();
        await using var standby = await primary.StartStandbyAsync(synchronous: true);
        var hosts = primary.WithHost(database, standby);
        var sites = $"a@127.0.0.1:{primary.Port},b@127.0.0.1:{standby.Port}";
        await using var a = Site.Start("a", sites, hosts);
        using var atA = await a.LogInAsync();
        await SetUpShopAsync(atA);
        await using var b = Site.Start("b", sites, hosts);

        // The second site knows the user, and what the first has made.
        using var atB = await b.LogInAsync();
        await Eventually.HoldsAsync(
            async () => (await ReadAsync(atB, "/products?limit=1")).Body.At("data").GetArrayLength() == 1, "the second site has the product", cancellation: Cancellation);
        var first = (await PlaceAsync(atA, "first"))!.Value;
        await Eventually.HoldsAsync(
            async () => (await ReadAsync(atB, "/orders")).Body.At("data").GetArrayLength() == 1, "the second site lists the order", cancellation: Cancellation);
        Assert.Equal("replica", (await ReadAsync(atB, "/orders")).Source);
        Assert.Equal(first.Text("id"), (await ReadAsync(atB, "/orders/" + first.Text("id"))).Body.Text("id"));
        Assert.Equal(1, (await ReadAsync(atB, "/statistics")).Body.Number("orders", "pending"));
        await TellsOfSiteAsync(atB, "a");

        var orders = new ConcurrentDictionary<string, string>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (ofA, ofB) = (0, 0);
        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (var i = 0; !end.IsCancellationRequested; i++)
            {
                // Until one of the sites has taken it: also while it is not known whether the first has.
                var key = $"{client}-{i}";
                for (var attempt = 0; ; attempt++)
                {
                    var site = attempt % 2 == 0 ? atA : atB;
                    if (await PlaceAsync(site, key) is { } order)
                    {
                        orders[key] = order.Text("id")!;
                        _ = site == atA ? Interlocked.Increment(ref ofA) : Interlocked.Increment(ref ofB);
                        break;
                    }

                    await Task.Delay(50, Cancellation);
                }
            }
        })).ToList();
        await Eventually.HoldsAsync(() => ofA > 40, "the first site takes orders", cancellation: Cancellation);
        Assert.Equal(0, ofB);

        await primary.KillAsync();
        await standby.PromoteAsync();
        await Eventually.HoldsAsync(() => ofB > 40, "the second site takes orders", cancellation: Cancellation);
        var ofABefore = ofA;
        await end.CancelAsync();
        await Task.WhenAll(clients);
        Assert.Equal(ofABefore, ofA);
        Assert.Null(await PlaceAsync(atA, "late"));
        await a.EndsAsync("Site b takes the writes now");

        List<string> lines = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                using var export = await atB.GetAsync("/orders/export", Cancellation);
                lines = [.. (await export.Content.ReadAsStringAsync(Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(line => JsonSerializer.Deserialize<JsonElement>(line).Text("id")!)];
                return lines.Count >= orders.Count + 1;
            },
            "the list has caught up", cancellation: Cancellation);
        Assert.Equal(orders.Values.Append(first.Text("id")!).Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
        await Eventually.HoldsAsync(
            async () =>
            {
                var (stock, wallet) = (await ReadAsync(atB, "/products/LAMP/stock"), await ReadAsync(atB, "/users/me"));
                return stock.Body.Number("reserved") == lines.Count && wallet.Body.Number("wallet", "held", "amount") == 100L * lines.Count;
            },
            "stock and wallet are in step with the orders", cancellation: Cancellation);
    }

    [Fact]
    public async Task A_site_stops_when_it_sees_another_primary_although_its_own_lives()
    {
        await using var primary = await PostgresServer.StartAsync();
        var database = await primary.CreateDatabaseAsync();
        await using var standby = await primary.StartStandbyAsync(synchronous: false);
        var hosts = primary.WithHost(database, standby);

        await using var writer = Site.Start("a", $"a@127.0.0.1:{primary.Port},b@127.0.0.1:{standby.Port}", hosts);
        using var atA = await writer.LogInAsync();
        await SetUpShopAsync(atA);
        await primary.IsFollowedAsync(Cancellation);

        await standby.PromoteAsync();

        // Two primaries: the later timeline counts, and the first site stops although its own server lives.
        await Eventually.HoldsAsync(async () => await PlaceAsync(atA, "late") is null, "the first site takes no orders", cancellation: Cancellation);
        Assert.Null(await PlaceAsync(atA, "later"));
        await writer.EndsAsync("Site b takes the writes now");
    }

    [Fact]
    public async Task A_process_that_began_before_a_server_answered_ends_when_its_own_is_a_standby_to_be_started_again()
    {
        await using var primary = await PostgresServer.StartAsync();
        var database = await primary.CreateDatabaseAsync();
        await using var standby = await primary.StartStandbyAsync(synchronous: false);
        await primary.KillAsync();
        await standby.StopAsync();
        await using var b = Site.Start("b", $"a@127.0.0.1:{primary.Port},b@127.0.0.1:{standby.Port}", primary.WithHost(database, standby));
        await Eventually.HoldsAsync(() => b.HasBegun, "it waits for a primary", cancellation: Cancellation);

        await standby.RestartAsync(immediate: true);

        await b.EndsAsync("Site b takes no writes.");
    }

    private static async Task TellsOfSiteAsync(HttpClient client, string writer)
    {
        using var refused = await client.PostJson("/orders", new { items = new[] { new { sku = "LAMP", quantity = 1 } } });
        var problem = await refused.ExpectProblem(503, "unavailable");
        Assert.Contains($"site {writer} takes the writes", problem.Text("detail"), StringComparison.Ordinal);
        Assert.NotNull(refused.Headers.RetryAfter);
    }

    private static async Task SetUpShopAsync(HttpClient staff)
    {
        using var defined = await staff.SendJson(HttpMethod.Put, "/products/LAMP", new { name = "Lamp", price = Shop.Usd(100) });
        await defined.Expect(HttpStatusCode.Created);
        using var stocked = await staff.PostJson("/products/LAMP/stock-adjustments", new { quantity = 1_000_000, reason = "delivery" });
        await stocked.Expect(HttpStatusCode.Created);
        var me = (await ReadAsync(staff, "/users/me")).Body.Text("id");
        using var deposited = await staff.PostJson($"/users/{me}/deposits", Shop.Usd(100_000_000));
        await deposited.Expect(HttpStatusCode.Created);
    }

    private static async Task<(JsonElement Body, string? Source)> ReadAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Cancellation);
        return (await answer.Expect(HttpStatusCode.OK), answer.Headers.TryGetValues("Granary-Read-From", out var source) ? source.Single() : null);
    }

    /// <summary>Places an order under a key; null where the site does not take it.</summary>
    private static async Task<JsonElement?> PlaceAsync(HttpClient client, string key)
    {
        try
        {
            using var placed = await client.PostJson("/orders", new { items = new[] { new { sku = "LAMP", quantity = 1 } } }, ("Idempotency-Key", key));
            return placed.IsSuccessStatusCode ? await placed.Body() : null;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !Cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>A process of a site, in this process.</summary>
    private sealed class Site : IAsyncDisposable
    {
        private const string Password = "correct horse battery staple";

        private readonly string _directory = Directory.CreateTempSubdirectory("granary-site-").FullName;
        private readonly Uri _address = new($"http://127.0.0.1:{ProgramProcess.FreePort()}");
        private WebApplication? _app;
        private Task _run = Task.CompletedTask;
        private bool _isEnded;

        /// <summary>Whether it is composed, and so has looked which site takes the writes.</summary>
        public bool HasBegun => _app is not null;

        /// <summary>Starts it.</summary>
        public static Site Start(string name, string sites, string database)
        {
            var site = new Site();
            string[] settings =
            [
                $"--urls={site._address}", $"--Granary:DataDirectory={site._directory}", "--Granary:Storage=PostgreSql",
                $"--ConnectionStrings:Granary={database}", $"--Granary:Site={name}", $"--Granary:Sites={sites}", "--Serilog:MinimumLevel:Default=Fatal",
                $"--Granary:Admin:Password={Password}", "--Granary:RateLimit:PermitsPerSecond=0", "--Granary:Orders:MaxOpenOrdersPerUser=0",
                "--Granary:Orders:MaxOpenUnitsPerUser=0", "--Granary:Orders:ReservationGrace=00:00:01", "--Granary:Replicas:MaxStaleness=00:01:00", "--Granary:Journal:RetryFor=00:00:05",
            ];
            site._run = SiteRun.RunAsync(new ConfigurationBuilder().AddCommandLine(settings).Build(), isIdle =>
            {
                site._app = FrontEnd.Build(settings, configure: null, isIdle);
                if (site._isEnded)
                {
                    site._app.Lifetime.StopApplication();
                }

                return site._app;
            });
            return site;
        }

        /// <summary>A client with the token of the administrator, when the site answers.</summary>
        public async Task<HttpClient> LogInAsync()
        {
            var client = new HttpClient { BaseAddress = _address, Timeout = TimeSpan.FromSeconds(20) };
            await Eventually.HoldsAsync(
                async () =>
                {
                    Assert.False(_run.IsCompleted, _run.Exception?.ToString() ?? "The site has ended.");
                    try
                    {
                        using var answer = await client.PostJson("/auth/token", new { user_name = "admin", password = Password });
                        if (answer.StatusCode != HttpStatusCode.OK)
                        {
                            return false;
                        }

                        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await answer.Body()).Text("access_token"));
                        return true;
                    }
                    catch (HttpRequestException)
                    {
                        return false;
                    }
                },
                $"{_address} logs the administrator in", cancellation: Cancellation);
            return client;
        }

        /// <summary>Returns when it has ended by itself, for this reason.</summary>
        public async Task EndsAsync(string reason)
        {
            var end = await Assert.ThrowsAsync<CannotStartException>(() => _run.WaitAsync(TimeSpan.FromMinutes(2), Cancellation));
            Assert.StartsWith(reason, end.Message, StringComparison.Ordinal);
            _run = Task.CompletedTask;
        }

        public async ValueTask DisposeAsync()
        {
            _isEnded = true;
            if (!_run.IsCompleted)
            {
                _app?.Lifetime.StopApplication();
            }

            await _run;
            Directory.Delete(_directory, recursive: true);
        }
    }
}
