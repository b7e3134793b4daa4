using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Granary.Client;

namespace Granary.Programs.Tests.Crash;

/// <summary>Kills the product with SIGKILL repeatedly while 32 clients order, and checks what survived.</summary>
public sealed class KillTests
{
    private const int Clients = 32;
    private const int Kills = 5;
    private const int AcknowledgedPerRound = 150;
    private const long UnitsPerSku = 4_000;
    private static readonly string[] Skus = ["K-1", "K-2", "K-3", "K-4"];

    [Fact]
    public Task On_SQLite_nothing_acknowledged_is_lost_and_nothing_is_oversold() => RunAsync([]);

    [Fact]
    public async Task On_PostgreSQL_nothing_acknowledged_is_lost_and_nothing_is_oversold()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await RunAsync(new() { ["Granary__Storage"] = "PostgreSql", ["ConnectionStrings__Granary"] = await postgres.CreateDatabaseAsync() });
    }

    private static async Task RunAsync(Dictionary<string, string> settings)
    {
        await using var product = await ProductProcess.StartAsync([.. settings, .. CrashSettings.Defaults]);
        using var adminHttp = new HttpClient { BaseAddress = product.Address };
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
            buyers[i] = await OpenBuyerAsync(product, admin, i);
        }

        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var buying = Task.WhenAll(buyers.Select(buyer => buyer.BuyAsync(() => Interlocked.Increment(ref acknowledged), stop.Token)));
        for (var kill = 0; kill < Kills; kill++)
        {
            var enough = Volatile.Read(ref acknowledged) + AcknowledgedPerRound;
            await Eventually.HoldsAsync(
                () => buying.IsFaulted || Volatile.Read(ref acknowledged) >= enough, $"{AcknowledgedPerRound} more orders");
            Assert.False(buying.IsFaulted, buying.Exception?.ToString());
            await product.KillAsync();
            await product.StartAgainAsync();
        }

        await stop.CancelAsync();
        await buying;
        using var account = new HttpClient { BaseAddress = product.Address };
        account.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await account.TokenAsync("admin", Product.AdminPassword));
        await AccountAsync(account, buyers);
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
