using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Granary.Client;
using Granary.Domain.Feed;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Journal.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Programs.Tests.Crash;

/// <summary>
/// Kills the product with SIGKILL repeatedly while 32 clients order and a consumer reads the feed, and checks what survived.
/// <c>GRANARY_FEED_EVENTS</c> sets how many events there are at least, 5,000 or so by default; with it, two silos over PostgreSQL are
/// killed in turn while the other one serves.
/// </summary>
public sealed class KillTests
{
    private const int Clients = 32;
    private const int Kills = 5;
    private const int FewestPerRound = 150;
    private const double EventsPerOrder = 4.5;
    private const int Page = 5_000;

    /// <summary>More than all buyers can order: while one silo is away, the other one goes on serving.</summary>
    private const long UnitsPerSku = 1_000_000;

    private static readonly string[] Skus = ["K-1", "K-2", "K-3", "K-4"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private static int? Events =>
        int.TryParse(Environment.GetEnvironmentVariable("GRANARY_FEED_EVENTS"), CultureInfo.InvariantCulture, out var events) ? events : null;

    private static int AcknowledgedPerRound =>
        Events is { } events ? Math.Max(FewestPerRound, (int)(events / EventsPerOrder / Kills)) : FewestPerRound;

    [Fact]
    public async Task On_SQLite_nothing_acknowledged_is_lost_and_nothing_is_oversold()
    {
        var directory = Directory.CreateTempSubdirectory("granary-kill-").FullName;
        try
        {
            await RunAsync(
                1,
                new() { ["Granary__DataDirectory"] = directory },
                () => new SqliteJournal(Path.Combine(directory, "granary.db"), new JournalStoreOptions()));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task On_PostgreSQL_nothing_acknowledged_is_lost_and_nothing_is_oversold()
    {
        var directory = Directory.CreateTempSubdirectory("granary-kill-").FullName;
        try
        {
            await using var postgres = await PostgresServer.StartAsync();
            await using var redis = await RedisServer.StartAsync();
            var database = await postgres.CreateDatabaseAsync();
            await using var source = NpgsqlDataSource.Create(database);
            await RunAsync(
                Events is null ? 1 : 2,
                new()
                {
                    ["Granary__DataDirectory"] = directory,
                    ["Granary__Storage"] = "PostgreSql",
                    ["ConnectionStrings__Granary"] = database,
                    ["Granary__Clustering"] = "Redis",
                    ["ConnectionStrings__Redis"] = redis.ConnectionString,
                    ["Granary__Silo__Address"] = "127.0.0.1",
                    ["Granary__Silo__Tls__Mode"] = "Off",
                    ["Granary__Silo__ProbeTimeout"] = "00:00:01",
                    ["Granary__Silo__MissedProbes"] = "2",
                },
                () => new PostgreSqlJournal(source, new JournalStoreOptions(), NullLogger<PostgreSqlJournal>.Instance));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task RunAsync(int silos, Dictionary<string, string> settings, Func<IJournalStore> journal)
    {
        var products = new List<ProductProcess>();
        try
        {
            while (products.Count < silos)
            {
                products.Add(await ProductProcess.StartAsync([.. settings, .. CrashSettings.Defaults]));
            }

            await RunAsync(products, journal);
        }
        finally
        {
            foreach (var product in products)
            {
                await product.DisposeAsync();
            }
        }
    }

    private static async Task RunAsync(List<ProductProcess> products, Func<IJournalStore> journal)
    {
        using var adminHttp = new HttpClient { BaseAddress = products[0].Address };
        var admin = new GranaryClient(adminHttp);
        await admin.LoginAsync("admin", Product.AdminPassword);
        foreach (var sku in Skus)
        {
            await admin.PutProductAsync(sku, new ProductDefinition(sku, new Money(100, "USD")));
            await admin.AdjustStockAsync(sku, UnitsPerSku, "delivery");
        }

        var buyers = new Buyer[Clients];
        for (var i = 0; i < Clients; i++)
        {
            // One after another: all passwords hashed at once would be answered 503 on a busy machine.
            buyers[i] = await OpenBuyerAsync(products[i % products.Count], admin, i);
        }

        await using var consumer = FeedConsumer.Start(products.Select(product => product.Address), Product.AdminPassword);
        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var buying = Task.WhenAll(buyers.Select(buyer => buyer.BuyAsync(() => Interlocked.Increment(ref acknowledged), stop.Token)));
        for (var kill = 0; kill < Kills; kill++)
        {
            var enough = Volatile.Read(ref acknowledged) + AcknowledgedPerRound;
            await Eventually.HoldsAsync(
                () => buying.IsFaulted || Volatile.Read(ref acknowledged) >= enough, $"{AcknowledgedPerRound} more orders", Patience);
            Assert.False(buying.IsFaulted, buying.Exception?.ToString());
            var victim = products[kill % products.Count];
            await victim.KillAsync();
            await victim.StartAgainAsync();
        }

        await stop.CancelAsync();
        await buying;
        using var account = new HttpClient { BaseAddress = products[0].Address };
        account.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await account.TokenAsync("admin", Product.AdminPassword));
        await AccountAsync(account, buyers);
        await IsFedAsync(consumer, journal());
    }

    /// <summary>Returns when the consumer of the feed has what the journal has: every public event, once and in order.</summary>
    private static async Task IsFedAsync(FeedConsumer consumer, IJournalStore journal)
    {
        var expected = new List<(string Position, string Stream, long Version, string Type)>();
        var (position, events) = (0L, 0);
        while (await journal.ReadAllAsync(position, Page, CancellationToken.None) is { Count: > 0 } page)
        {
            position = page[^1].Position;
            events += page.Count;
            expected.AddRange(page.Where(record => PublicEvents.Has(record.Type))
                .Select(record => (record.Position.ToString(CultureInfo.InvariantCulture), record.Stream, record.Version, record.Type)));
        }

        await consumer.HasGotAsync(expected, Patience);
        TestContext.Current.TestOutputHelper?.WriteLine($"{events} events, {expected.Count} of them public");
        await ((IAsyncDisposable)journal).DisposeAsync();
    }

    private static async Task<Buyer> OpenBuyerAsync(ProductProcess product, GranaryClient admin, int number)
    {
        var http = new HttpClient { BaseAddress = product.Address };
        var client = new GranaryClient(http);
        var name = $"buyer{number:D2}";
        var user = await client.RegisterAsync(name, "a password of a buyer", name);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await http.TokenAsync(name, "a password of a buyer"));
        await admin.DepositAsync(user.Id, new Money(100_000_000, "USD"));
        return new Buyer(http, name, user.Id, Skus, seed: number);
    }

    /// <summary>Every acknowledged order exists with its content, and stock and wallets match the orders exactly.</summary>
    private static async Task AccountAsync(HttpClient http, Buyer[] buyers)
    {
        var orders = new List<JsonNode>();
        foreach (var (id, told) in buyers.SelectMany(buyer => buyer.Acknowledged))
        {
            var order = (await http.GetFromJsonAsync<JsonNode>($"/orders/{id}"))!;
            Assert.True(JsonNode.DeepEquals(told, order), $"Told {told}\nFound {order}");
            orders.Add(order);
        }

        Assert.True(orders.Count >= Kills * AcknowledgedPerRound);
        await Eventually.HoldsAsync(async () => await ImbalanceAsync(http, buyers, orders) is null, "stock and wallets balance");
    }

    /// <summary>The first difference between the stores and the orders; null if there is none.</summary>
    private static async Task<string?> ImbalanceAsync(HttpClient http, Buyer[] buyers, List<JsonNode> orders)
    {
        foreach (var sku in Skus)
        {
            var level = (await http.GetFromJsonAsync<JsonNode>($"/products/{sku}/stock"))!;
            var (reserved, sold) = (Units(orders, sku, "pending"), Units(orders, sku, "paid"));
            if ((long)level["reserved"]! != reserved || (long)level["sold"]! != sold
                || (long)level["received"]! != UnitsPerSku || (long)level["on_hand"]! != UnitsPerSku - sold
                || (long)level["available"]! != UnitsPerSku - sold - reserved || (long)level["available"]! < 0)
            {
                return $"{level} although {reserved} units are in pending orders and {sold} in paid ones";
            }
        }

        foreach (var buyer in buyers)
        {
            var wallet = (await http.GetFromJsonAsync<JsonNode>($"/users/{buyer.UserId}"))!["wallet"]!;
            var (held, paid) = (Total(orders, buyer.UserId, "pending"), Total(orders, buyer.UserId, "paid"));
            if ((long)wallet["held"]!["amount"]! != held || (long)wallet["available"]!["amount"]! != 100_000_000 - held - paid)
            {
                return $"{wallet} although {held} is held by pending orders and {paid} is paid";
            }
        }

        return null;
    }

    private static long Units(List<JsonNode> orders, string sku, string status) => orders
        .Where(order => (string?)order["status"] == status)
        .SelectMany(order => order["items"]!.AsArray())
        .Where(item => (string?)item!["sku"] == sku)
        .Sum(item => (long)item!["quantity"]!);

    private static long Total(List<JsonNode> orders, string userId, string status) => orders
        .Where(order => (string?)order["user_id"] == userId && (string?)order["status"] == status)
        .Sum(order => (long)order["total"]!["amount"]!);
}
