using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Granary.Grains.Reading;
using Granary.Hosting.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Reading;

/// <summary>Lists that are read from a standby of PostgreSQL, which falls behind, or dies.</summary>
public sealed class ReplicaTests(ReplicaTests.Pair pair) : IClassFixture<ReplicaTests.Pair>, IAsyncLifetime
{
    private const string MinPosition = "Granary-Min-Position";
    private const int Thousand = 1_000;

    private readonly Shop _shop = pair.App.OpenShop();
    private readonly HttpClient _staff = pair.App.CreateClient(pair.App.AdminToken);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => new(Pair.IsReadAsync(_staff));

    public async ValueTask DisposeAsync()
    {
        await pair.RestoreAsync();
        _staff.Dispose();
    }

    [Fact]
    public async Task A_thousand_readers_of_a_thousand_find_the_order_that_they_have_placed_while_replay_is_paused_and_resumed()
    {
        var sku = await _shop.Product(stock: Thousand);
        var sources = new ConcurrentDictionary<string, int>();
        var missing = new ConcurrentBag<string>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var disturbance = DisturbAsync(end.Token);

        await Parallel.ForAsync(0, 16, Cancellation, async (worker, _) =>
        {
            var ada = await _shop.Customer(money: 10_000_000);
            for (var i = worker; i < Thousand; i += 16)
            {
                using var placed = await ada.Order(null, (sku, 1));
                var id = (await placed.Expect(HttpStatusCode.Created)).Text("id")!;
                using var list = await ReadAsync(ada.Http, "/orders?limit=1", placed);
                var first = (await list.Expect(HttpStatusCode.OK)).At("data").EnumerateArray().FirstOrDefault();
                sources.AddOrUpdate(SourceOf(list), 1, static (_, count) => count + 1);
                if (first.ValueKind == JsonValueKind.Undefined || first.Text("id") != id)
                {
                    missing.Add(id);
                }
            }
        });

        await end.CancelAsync();
        await disturbance;
        Assert.Empty(missing);
        Assert.Equal(Thousand, sources.Values.Sum());
        Assert.Equal(["primary", "replica"], sources.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_position_no_answer_is_older_than_it_may_be_and_the_header_tells_the_truth()
    {
        var oldest = TimeSpan.FromSeconds(4);
        await pair.SetAsync(_staff, oldest);
        var (sku, ada) = (await _shop.Product(), await _shop.Customer());
        await pair.PauseAsync();
        using var placed = await ada.Order(null, (sku, 1));
        await placed.Expect(HttpStatusCode.Created);
        using var demanded = await ReadAsync(ada.Http, "/orders", placed);
        Assert.Equal(("primary", 1), (SourceOf(demanded), await CountAsync(demanded)));

        // The primary shows the order from here on, and the replica does not as long as its replay is paused.
        var shown = Stopwatch.StartNew();
        var old = 0;
        while (true)
        {
            var asked = shown.Elapsed;
            using var list = await ada.Http.SendJson(HttpMethod.Get, "/orders");
            var count = await CountAsync(list);
            Assert.Equal(SourceOf(list) == "primary", count == 1);
            if (count == 1)
            {
                break;
            }

            old++;
            Assert.True(asked <= oldest, $"An answer that was asked for after {asked} is older than {oldest}.");
        }

        Assert.True(old > 0, "The replica was not read.");
        await pair.ResumeAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                using var list = await ada.Http.SendJson(HttpMethod.Get, "/orders");
                Assert.Equal(1, await CountAsync(list));
                return SourceOf(list) == "replica";
            },
            "the replica has caught up and is read again", cancellation: Cancellation);
    }

    [Fact]
    public async Task Every_list_comes_from_the_replica_and_with_a_position_that_it_lacks_from_the_primary()
    {
        var ada = await _shop.Customer();
        await pair.PauseAsync();
        var sku = Shop.Unique("AAA");
        using var defined = await _staff.SendJson(HttpMethod.Put, "/products/" + sku, new { name = sku, price = Shop.Usd(1_000) });
        await defined.Expect(HttpStatusCode.Created);
        using var stocked = await _staff.PostJson($"/products/{sku}/stock-adjustments", new { quantity = 1, reason = "delivery" });
        await stocked.Expect(HttpStatusCode.Created);
        using var placed = await ada.Order(null, (sku, 1));
        await placed.Expect(HttpStatusCode.Created);
        var ofOrder = placed.Headers.GetValues("Granary-Position").Single();
        var ofProduct = defined.Headers.GetValues("Granary-Position").Single();

        foreach (var (path, demand, text) in new[]
        {
            ("/orders?user_id=" + ada.Id, ofOrder, sku),
            ("/orders/export?user_id=" + ada.Id, ofOrder, sku),
            ("/products?limit=1&cursor=" + Cursor(sku), ofProduct, sku),
            ("/products?search=" + sku, ofProduct, sku),
        })
        {
            Assert.True(await ReadsAsync(path, null, "replica", text, contains: false), path);
            Assert.True(await ReadsAsync(path, demand, "primary", text, contains: true), path);
        }

        // The feed and the figures of the replica end before the order.
        Assert.DoesNotContain(sku, await FeedAsync(null), StringComparison.Ordinal);
        Assert.Contains(sku, await FeedAsync(ofOrder), StringComparison.Ordinal);
        var (before, from) = await OrdersAsync(null);
        var (after, anew) = await OrdersAsync(ofOrder);
        Assert.Equal(("replica", "primary"), (from, anew));
        Assert.True(after > before);

        await pair.ResumeAsync();
        await Eventually.HoldsAsync(
            () => ReadsAsync("/orders?user_id=" + ada.Id, ofOrder, "replica", sku, contains: true), "the replica has the position", cancellation: Cancellation);
    }

    [Fact]
    public async Task A_replica_that_dies_costs_no_request_and_no_line_of_an_export()
    {
        const int Orders = 600;
        var (sku, ada) = (await _shop.Product(stock: Orders), await _shop.Customer(money: 10_000_000));
        var ids = new ConcurrentBag<string>();
        await Parallel.ForAsync(0, Orders, Cancellation, async (_, _) => ids.Add((await ada.Placed((sku, 1))).Text("id")!));
        await Eventually.HoldsAsync(
            async () => (await ExportAsync(_staff, ada)) is ("replica", { Count: Orders }), "the replica has every order", cancellation: Cancellation);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (answered, ofPrimary) = (0, 0);
        void Count(string source)
        {
            Interlocked.Increment(ref answered);
            Interlocked.Add(ref ofPrimary, source == "primary" ? 1 : 0);
        }

        var readers = Enumerable.Range(0, 8).Select(_ => ReadOnAsync(Count, end.Token)).ToList();
        await Eventually.HoldsAsync(() => answered > 50, "readers are answered", cancellation: Cancellation);

        // The answer begins at the replica; its caller takes the rest when the replica is dead.
        using var export = await _staff.SendJson(HttpMethod.Get, "/orders/export?user_id=" + ada.Id);
        Assert.Equal("replica", SourceOf(export));
        await pair.KillAsync();
        var exported = await LinesAsync(export);
        var dead = answered;
        await Eventually.HoldsAsync(() => answered > dead + 100 && ofPrimary > 50, "the primary answers", cancellation: Cancellation);
        await end.CancelAsync();

        // A reader that was not answered 200 has failed.
        await Task.WhenAll(readers);
        Assert.Equal(Orders, exported.Count);
        Assert.Equal(ids.Order(StringComparer.Ordinal), exported.Order(StringComparer.Ordinal));
    }

    /// <summary>Reads a list that has what was written. On a busy machine the view may take longer than the product waits: then it says so, and is asked again.</summary>
    private static async Task<HttpResponseMessage> ReadAsync(HttpClient http, string path, HttpResponseMessage written)
    {
        while (true)
        {
            var list = await http.SendJson(HttpMethod.Get, path, null, (MinPosition, written.Headers.GetValues("Granary-Position").Single()));
            if (list.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                return list;
            }

            using (list)
            {
                await list.ExpectProblem(503, "position-not-reached");
            }
        }
    }

    private static string SourceOf(HttpResponseMessage answer) => Assert.Single(answer.Headers.GetValues("Granary-Read-From"));

    private static async Task<int> CountAsync(HttpResponseMessage list) => (await list.Expect(HttpStatusCode.OK)).At("data").GetArrayLength();

    /// <summary>The cursor of a list of products that begins right before a SKU.</summary>
    private static string Cursor(string sku) => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(sku[..^1]));

    /// <summary>Pauses and resumes replay at random, until it is cancelled.</summary>
    private async Task DisturbAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await pair.PauseAsync();
            await Task.Delay(Random.Shared.Next(200), CancellationToken.None);
            await pair.ResumeAsync();
            await Task.Delay(Random.Shared.Next(200), CancellationToken.None);
        }
    }

    private async Task<bool> ReadsAsync(string path, string? demand, string source, string text, bool contains)
    {
        using var answer = await _staff.SendJson(HttpMethod.Get, path, null, demand is null ? [] : [(MinPosition, demand)]);
        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return SourceOf(answer) == source && body.Contains(text, StringComparison.Ordinal) == contains;
    }

    /// <summary>What the feed has after the events that the replica has, as text.</summary>
    private async Task<string> FeedAsync(string? demand)
    {
        var (text, after) = ("", "0");
        while (true)
        {
            using var answer = await _staff.SendJson(
                HttpMethod.Get, "/events?limit=100&after=" + after, null, demand is null ? [] : [(MinPosition, demand)]);
            var page = await answer.Expect(HttpStatusCode.OK);
            if (demand is null)
            {
                Assert.Equal("replica", SourceOf(answer));
            }

            if (page.At("data").GetArrayLength() == 0)
            {
                return text;
            }

            text += page.At("data").GetRawText();
            after = page.Text("next")!;
        }
    }

    private async Task<(long Orders, string Source)> OrdersAsync(string? demand)
    {
        using var answer = await _staff.SendJson(HttpMethod.Get, "/statistics", null, demand is null ? [] : [(MinPosition, demand)]);
        var figures = await answer.Expect(HttpStatusCode.OK);
        return (figures.At("orders").EnumerateObject().Sum(status => status.Value.GetInt64()), SourceOf(answer));
    }

    private async Task ReadOnAsync(Action<string> answered, CancellationToken end)
    {
        using var staff = pair.App.CreateClient(pair.App.AdminToken);
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            using var answer = await staff.SendJson(HttpMethod.Get, (i % 4) switch
            {
                0 => "/orders",
                1 => "/products?limit=5",
                2 => "/events?limit=5",
                _ => "/statistics",
            });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            answered(SourceOf(answer));
        }
    }

    private static async Task<(string Source, List<string> Ids)> ExportAsync(HttpClient staff, Customer customer)
    {
        using var answer = await staff.SendJson(HttpMethod.Get, "/orders/export?user_id=" + customer.Id);
        return (SourceOf(answer), await LinesAsync(answer));
    }

    private static async Task<List<string>> LinesAsync(HttpResponseMessage export)
    {
        using var reader = new StreamReader(await export.Content.ReadAsStreamAsync(Cancellation));
        var ids = new List<string>();
        while (await reader.ReadLineAsync(Cancellation) is { } line)
        {
            using var order = JsonDocument.Parse(line);
            ids.Add(order.RootElement.Text("id")!);
        }

        return ids;
    }

    /// <summary>A primary, its standby, and the product over both.</summary>
    public sealed class Pair : IAsyncLifetime
    {
        // A machine that is slow must not make the standby too old in the middle of a test.
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

        private PostgresServer _primary = null!;
        private PostgresServer _standby = null!;
        private bool _isDead;

        public GranaryApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _primary = await PostgresServer.StartAsync();
            var database = await _primary.CreateDatabaseAsync();
            _standby = await _primary.StartStandbyAsync(synchronous: false);
            App = await GranaryApp.StartWith(
                "--Granary:Storage=PostgreSql",
                $"--ConnectionStrings:Granary={_primary.WithHost(database, _standby)}",
                "--Granary:Replicas:Use=true",
                $"--Granary:Replicas:MaxStaleness={Patience:c}",
                "--Granary:Statistics:Interval=00:00:00.010");
        }

        public Task PauseAsync() => _standby.QueryAsync("SELECT pg_wal_replay_pause()");

        public Task ResumeAsync() => _standby.QueryAsync("SELECT pg_wal_replay_resume()");

        public Task KillAsync()
        {
            _isDead = true;
            return _standby.KillAsync();
        }

        /// <summary>Sets how old answers may be.</summary>
        public async Task SetAsync(HttpClient staff, TimeSpan? maxStaleness)
        {
            using var set = await staff.SendJson(
                HttpMethod.Put, "/settings", new { values = new Dictionary<string, string?> { ["Granary:Replicas:MaxStaleness"] = maxStaleness?.ToString("c") } });
            await set.Expect(HttpStatusCode.OK);
            await Eventually.HoldsAsync(
                () => App.Services.GetRequiredService<LiveSettings>().Now.Get<ReplicaOptions>().MaxStaleness == (maxStaleness ?? Patience),
                "the setting is obeyed", cancellation: Cancellation);
        }

        /// <summary>Makes the standby follow again as at the start.</summary>
        public async Task RestoreAsync()
        {
            if (_isDead)
            {
                await _standby.RestartAsync(immediate: true);
                _isDead = false;
            }

            await ResumeAsync();
            using var staff = App.CreateClient(App.AdminToken);
            await SetAsync(staff, null);
        }

        /// <summary>Returns when lists come from the standby.</summary>
        public static Task IsReadAsync(HttpClient staff) => Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await staff.SendJson(HttpMethod.Get, "/orders?limit=1");
                return SourceOf(answer) == "replica";
            },
            "the standby is read", cancellation: Cancellation);

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            await _standby.DisposeAsync();
            await _primary.DisposeAsync();
        }
    }
}
