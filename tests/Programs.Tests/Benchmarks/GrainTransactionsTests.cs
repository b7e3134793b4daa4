using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Granary.Load;
using Granary.Load.Account;
using Granary.Programs.Tests.Cluster;

namespace Granary.Programs.Tests.Benchmarks;

/// <summary>The contender on Orleans' transactions keeps the contract of the comparison, also when it is killed.</summary>
public sealed class GrainTransactionsTests
{
    private const int Units = 40;
    private const int Users = 4;
    private const int Products = 6;

    [Fact]
    public async Task An_order_is_placed_once_or_not_at_all_also_when_the_server_is_killed()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var server = new ProgramProcess(ClusterProgram.FileOf("GrainTransactionsOrders"), new Dictionary<string, string>
        {
            ["ConnectionStrings__Granary"] = await postgres.CreateDatabaseAsync(),
            ["Seed__Users"] = Users.ToString(CultureInfo.InvariantCulture),
            ["Seed__Products"] = Products.ToString(CultureInfo.InvariantCulture),
            ["Seed__Units"] = Units.ToString(CultureInfo.InvariantCulture),
            ["SiloPort"] = ProgramProcess.FreePort().ToString(CultureInfo.InvariantCulture),
            ["GatewayPort"] = ProgramProcess.FreePort().ToString(CultureInfo.InvariantCulture),
        });
        server.Start();
        await server.ListensAsync();
        await RefusesAndTakesNothingAsync(server.Address);

        using var http = Target.Connect(server.Address, connections: 16);
        var plan = new ShopPlan(Users, Products) { UnitsPerProduct = Units };
        var shop = ShopSetup.Assume(new(http, AuthMode.None), plan);
        var buying = AccountCommand.RunAsync(
            shop, new(plan, Clients: 8, Duration: TimeSpan.FromSeconds(6), Settling: TimeSpan.FromMinutes(2)), TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(
            async () => (await StockAsync(server.Address, "sku-1")).Reserved > 0, "an order is placed", cancellation: TestContext.Current.CancellationToken);
        await server.KillAsync();
        server.Start();
        await server.ListensAsync();

        var result = await buying;
        Assert.True(result.IsSound, result.ToString());
        Assert.NotEqual(0, result.Acknowledged);
        await RefusedAsync(
            http, HttpStatusCode.UnprocessableEntity, "idempotency-key-reused", shop.Shoppers[0].UserId, $"{shop.Run}-0-0", ("sku-1", 9));
    }

    private static async Task RefusesAndTakesNothingAsync(Uri address)
    {
        using var http = Access.Client(address);
        // The first line could be reserved, the second could not.
        await RefusedAsync(http, HttpStatusCode.Conflict, "insufficient-stock", "user-1", "refused", ("sku-1", 1), ("sku-2", Units + 1));
        await RefusedAsync(http, HttpStatusCode.UnprocessableEntity, "unknown-product", "user-1", "refused", ("sku-1", 1), ("sku-unknown", 1));
        await RefusedAsync(http, HttpStatusCode.PaymentRequired, "insufficient-funds", "nobody", "refused", ("sku-1", 1));
        Assert.Equal((Units, 0), await StockAsync(address, "sku-1"));
    }

    private static async Task RefusedAsync(
        HttpClient http, HttpStatusCode status, string problem, string user, string key, params (string Sku, int Quantity)[] lines)
    {
        using var answer = await PlaceAsync(http, user, key, lines);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal($"/problems/{problem}", (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["type"]);
    }

    private static async Task<HttpResponseMessage> PlaceAsync(HttpClient http, string user, string key, params (string Sku, int Quantity)[] lines)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
        {
            Content = JsonContent.Create(new { user_id = user, items = lines.Select(line => new { sku = line.Sku, quantity = line.Quantity }) }),
        };
        request.Headers.Add("Idempotency-Key", key);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<(long Available, long Reserved)> StockAsync(Uri address, string sku)
    {
        using var http = Access.Client(address);
        var stock = (await http.GetFromJsonAsync<JsonNode>($"/products/{sku}/stock", TestContext.Current.CancellationToken))!;
        return ((long)stock["available"]!, (long)stock["reserved"]!);
    }
}
