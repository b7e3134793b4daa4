using System.Net;
using System.Text.Json;

namespace Granary.Http.Tests.Orders;

public sealed class AmendOrderTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    [Fact]
    public async Task An_amendment_reserves_and_holds_the_difference()
    {
        var customer = await _shop.Customer(money: 10_000);
        var (tea, cup) = (await _shop.Product(stock: 10, price: 1_000), await _shop.Product(stock: 10, price: 500));
        var order = await customer.Placed((tea, 4));

        using var response = await Amend(customer, order, $"\"{order.Number("version")}\"", (tea, 1), (cup, 2));
        var amended = await response.Expect(HttpStatusCode.OK);

        Assert.Equal(2_000, amended.Number("total", "amount"));
        Assert.True(amended.Number("version") > order.Number("version"));
        Assert.Equal($"\"{amended.Number("version")}\"", response.Headers.ETag?.Tag);
        await Eventually.HoldsAsync(
            async () => await _shop.Wallet(customer) == (8_000, 2_000),
            cancellation: TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(
            async () => (await _shop.Stock(tea)).Number("reserved") == 1,
            cancellation: TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(
            async () => (await _shop.Stock(cup)).Number("reserved") == 2,
            cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_amendment_beyond_the_stock_changes_nothing()
    {
        var customer = await _shop.Customer();
        var (tea, cup) = (await _shop.Product(stock: 10), await _shop.Product(stock: 1));
        var order = await customer.Placed((tea, 4));

        using var response = await Amend(customer, order, "*", (tea, 1), (cup, 2));

        await response.ExpectProblem(409, "insufficient-stock");
        using var read = await customer.Http.SendJson(HttpMethod.Get, "/orders/" + order.Text("id"));
        Assert.Equal(4, (await read.Expect(HttpStatusCode.OK)).At("items").EnumerateArray().Single().Number("quantity"));
        Assert.Equal(4, (await _shop.Stock(tea)).Number("reserved"));
    }

    [Fact]
    public async Task An_amendment_must_name_the_current_version()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();
        var order = await customer.Placed((sku, 1));

        using var unconditional = await Amend(customer, order, null, (sku, 2));
        using var stale = await Amend(customer, order, "\"999\"", (sku, 2));

        await unconditional.ExpectProblem(428, "precondition-required");
        var problem = await stale.ExpectProblem(412, "precondition-failed");
        Assert.Equal(order.Number("version"), problem.Number("current_version"));
    }

    [Fact]
    public async Task A_paid_order_cannot_be_amended()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();
        var order = await customer.Placed((sku, 1));
        using var paid = await customer.Http.PostJson($"/orders/{order.Text("id")}/pay");
        await paid.Expect(HttpStatusCode.OK);

        using var response = await Amend(customer, order, "*", (sku, 2));

        await response.ExpectProblem(409, "illegal-transition");
    }

    private static Task<HttpResponseMessage> Amend(
        Customer customer, JsonElement order, string? condition, params (string Sku, long Quantity)[] lines)
    {
        var body = new { items = lines.Select(line => new { sku = line.Sku, quantity = line.Quantity }).ToArray() };
        var path = "/orders/" + order.Text("id");
        return condition is null
            ? customer.Http.SendJson(HttpMethod.Put, path, body)
            : customer.Http.SendJson(HttpMethod.Put, path, body, ("If-Match", condition));
    }
}
