using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Granary.Client;
using Granary.Domain.Audit;
using Granary.Domain.Feed;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Journal.Sqlite;
using Granary.Programs.Tests.Operations.Commands;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Programs.Tests.Crash;

/// <summary>
/// Kills the product with SIGKILL five times while clients order, from their wallets and with a payment provider that fails, and a consumer
/// reads the feed; then the account must be exact: one process over SQLite, and three silos over PostgreSQL that are killed in turn.
/// <c>GRANARY_FEED_EVENTS</c> sets how many events there are at least; some 25,000 by default.
/// </summary>
public sealed class KillTests
{
    private const int Buyers = 16;
    private const int Payers = 24;

    /// <summary>Of the payers, three have one login: passwords are hashed slowly.</summary>
    private const int Logins = 8;
    private const int Kills = 5;
    private const int FewestPerRound = 100;
    private const int PaidPerRound = 200;
    private const double EventsPerOrder = 4.5;
    private const int Page = 5_000;

    /// <summary>More than all clients can order.</summary>
    private const long UnitsPerSku = 1_000_000;

    private static readonly string[] Skus = ["K-1", "K-2", "K-3", "K-4"];

    /// <summary>A SKU that only orders with external payments have.</summary>
    private const string PaidSku = "K-5";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(Events is null ? 3 : 20);

    private static int? Events =>
        int.TryParse(Environment.GetEnvironmentVariable("GRANARY_FEED_EVENTS"), CultureInfo.InvariantCulture, out var events) ? events : null;

    private static int OrdersPerRound =>
        Events is { } events ? Math.Max(FewestPerRound, (int)(events / EventsPerOrder / Kills)) : FewestPerRound;

    [Fact]
    public async Task On_SQLite_nothing_acknowledged_is_lost_nothing_is_oversold_and_nobody_is_charged_twice()
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
    public async Task On_three_silos_over_PostgreSQL_nothing_acknowledged_is_lost_nothing_is_oversold_and_nobody_is_charged_twice()
    {
        var directory = Directory.CreateTempSubdirectory("granary-kill-").FullName;
        try
        {
            await using var postgres = await PostgresServer.StartAsync();
            await using var redis = await RedisServer.StartAsync();
            var database = await postgres.CreateDatabaseAsync();
            await using var source = NpgsqlDataSource.Create(database);
            await RunAsync(
                3,
                new()
                {
                    ["Granary__DataDirectory"] = directory,
                    ["Granary__Storage"] = "PostgreSql",
                    ["ConnectionStrings__Granary"] = database,
                    ["Granary__Clustering"] = "Redis",
                    ["ConnectionStrings__Redis"] = redis.ConnectionString,
                    ["Granary__Silo__Address"] = "127.0.0.1",
                    ["Granary__Silo__Tls__Mode"] = "Off",

                    // A busy machine may keep a silo from answering for seconds; declared dead, it would end although nobody killed it.
                    ["Granary__Silo__ProbeTimeout"] = "00:00:02",
                    ["Granary__Silo__MissedProbes"] = "3",
                    ["Granary__Telemetry__Dashboard"] = "false",
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
        await using var provider = new FailingProvider();
        var products = new List<ProductProcess>();
        try
        {
            while (products.Count < silos)
            {
                products.Add(await ProductProcess.StartAsync([.. settings, .. provider.Settings, .. CrashSettings.Defaults]));
            }

            await provider.StartAsync(products[0].Address);
            await RunAsync(products, provider, journal);
            await IsReconciledAsync([.. settings, .. provider.Settings]);
        }
        finally
        {
            foreach (var product in products)
            {
                await product.DisposeAsync();
            }
        }
    }

    private static async Task RunAsync(List<ProductProcess> products, FailingProvider provider, Func<IJournalStore> journal)
    {
        using var adminHttp = new HttpClient { BaseAddress = products[0].Address };
        var admin = new GranaryClient(adminHttp);
        await admin.LoginAsync("admin", Product.AdminPassword);
        foreach (var sku in Skus.Append(PaidSku))
        {
            await admin.PutProductAsync(sku, new ProductDefinition(sku, new Money(100, "USD")));
            await admin.AdjustStockAsync(sku, UnitsPerSku, "delivery");
        }

        var buyers = new Buyer[Buyers];
        for (var i = 0; i < Buyers; i++)
        {
            // One after another: all passwords hashed at once would be answered 503 on a busy machine.
            buyers[i] = await OpenBuyerAsync(products[i % products.Count], admin, i);
        }

        using var account = new HttpClient { BaseAddress = products[0].Address };
        account.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await account.TokenAsync("admin", Product.AdminPassword));
        var staff = new PersistentClient(account);
        var logins = new List<HttpClient>();
        while (logins.Count < Logins)
        {
            logins.Add(await LogInAsync(products[logins.Count % products.Count], $"payer{logins.Count:D2}"));
        }

        var payers = Enumerable.Range(0, Payers).Select(i => new Payer(new PersistentClient(logins[i % Logins]), staff, $"payer{i:D2}", PaidSku)).ToList();

        await using var consumer = FeedConsumer.Start(products.Select(product => product.Address), Product.AdminPassword);
        using var stop = new CancellationTokenSource();
        using var orders = new Quota(OrdersPerRound);
        using var payments = new Quota(PaidPerRound);
        string Repeated() => string.Join('\n', buyers.Select(buyer => buyer.Repeats).Concat(payers.Select(payer => payer.Repeats)).Where(repeats => repeats.Length > 0));
        Task[] ordering =
            [.. buyers.Select(buyer => buyer.BuyAsync(orders, stop.Token)), .. payers.Select(payer => payer.PayAsync(payments, stop.Token))];
        for (var kill = 0; kill < Kills; kill++)
        {
            await UntilAsync(() => orders.IsDueForKill && payments.IsDueForKill, ordering, $"enough orders before kill {kill + 1}", Repeated);
            var victim = products[kill % products.Count];
            await victim.KillAsync();
            if (kill < Kills - 1)
            {
                orders.Renew();
                payments.Renew();
            }

            await victim.StartAgainAsync();
        }

        await UntilAsync(() => orders.IsUsedUp && payments.IsUsedUp, ordering, "all orders are placed", Repeated);
        await stop.CancelAsync();
        await Task.WhenAll(ordering);
        var paid = await new PaymentAccount(staff, [.. payers.SelectMany(payer => payer.Orders)], provider).BalancesAsync(Patience);
        await AccountAsync(account, buyers);
        var events = await IsFedAsync(consumer, journal());
        TestContext.Current.TestOutputHelper?.WriteLine($"{events}; {paid}");
    }

    /// <summary>Returns when the condition holds; fails with the first client that failed, or with what the clients repeat.</summary>
    private static async Task UntilAsync(Func<bool> condition, Task[] ordering, string what, Func<string> repeated)
    {
        try
        {
            await Eventually.HoldsAsync(() => ordering.Any(client => client.IsFaulted) || condition(), what, Patience);
        }
        catch (TimeoutException late)
        {
            Assert.Fail($"{late.Message} Clients repeat:\n{repeated()}");
        }

        if (ordering.FirstOrDefault(client => client.IsFaulted) is { } failed)
        {
            await failed;
        }
    }

    /// <summary>
    /// Returns when the consumer of the feed has what the journal has: every public event, once and in order. The journal's own account must
    /// be sound.
    /// </summary>
    private static async Task<string> IsFedAsync(FeedConsumer consumer, IJournalStore journal)
    {
        var expected = new List<(string Position, string Stream, long Version, string Type)>();
        var audit = new JournalAudit();
        var (position, events) = (0L, 0);
        while (await journal.ReadAllAsync(position, Page, CancellationToken.None) is { Count: > 0 } page)
        {
            position = page[^1].Position;
            events += page.Count;
            foreach (var record in page)
            {
                audit.Add(record);
                if (PublicEvents.Has(record.Type))
                {
                    expected.Add((record.Position.ToString(CultureInfo.InvariantCulture), record.Stream, record.Version, record.Type));
                }
            }
        }

        Assert.Empty(audit.Judge().Violations);
        await consumer.HasGotAsync(expected, Patience);
        await ((IAsyncDisposable)journal).DisposeAsync();
        return $"{events} events, {expected.Count} of them public";
    }

    private static async Task IsReconciledAsync(params IEnumerable<KeyValuePair<string, string>> settings)
    {
        var (code, output, errors) = await CommandRun.RunAsync(
        [
            "reconcile", "--dry-run", "--from", DateTimeOffset.UtcNow.AddHours(-2).ToString("O", CultureInfo.InvariantCulture),
            "--to", DateTimeOffset.UtcNow.AddHours(1).ToString("O", CultureInfo.InvariantCulture),
            .. settings.Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}"),
        ]);
        Assert.True(code == 0, output + errors);
    }

    private static async Task<Buyer> OpenBuyerAsync(ProductProcess product, GranaryClient admin, int number)
    {
        var name = $"buyer{number:D2}";
        var http = new PersistentClient(await LogInAsync(product, name));
        var userId = (string)(await http.ReadAsync("/users/me"))["id"]!;
        await admin.DepositAsync(userId, new Money(100_000_000, "USD"));
        return new Buyer(http, name, userId, Skus, seed: number);
    }

    private static async Task<HttpClient> LogInAsync(ProductProcess product, string name)
    {
        var http = new HttpClient { BaseAddress = product.Address };
        await new GranaryClient(http).RegisterAsync(name, "a password of a client", name);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await http.TokenAsync(name, "a password of a client"));
        return http;
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

        Assert.Equal(Kills * OrdersPerRound, orders.Count);
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
