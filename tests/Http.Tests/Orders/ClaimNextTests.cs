using System.Net;
using Granary.Client;

namespace Granary.Http.Tests.Orders;

/// <summary>Paid orders given out to be packed, in an application of its own: they would be taken from other tests.</summary>
public sealed class ClaimNextTests : IAsyncLifetime
{
    private GranaryApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await GranaryApp.StartWith();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Paid_orders_are_given_out_the_oldest_first_packed_by_the_caller_until_there_is_none()
    {
        var shop = _app.OpenShop();
        var (customer, sku) = (await shop.Customer(), await shop.Product());
        var (first, second) = (await PaidAsync(customer, sku), await PaidAsync(customer, sku));
        var client = new GranaryClient(shop.Staff);
        await Eventually.HoldsAsync(
            async () => await client.ListOrdersAsync("paid", Cancellation).CountAsync(Cancellation) == 2, "both are in the index", cancellation: Cancellation);

        using var answer = await shop.Staff.PostJson("/orders/claim-next");
        var order = await answer.Expect(HttpStatusCode.OK);
        var next = await client.ClaimNextOrderAsync(Cancellation);
        using var nothing = await shop.Staff.PostJson("/orders/claim-next");

        Assert.Equal((first, "packing", 3), (order.Text("id"), order.Text("status"), order.Number("version")));
        Assert.Equal(("\"3\"", $"/orders/{first}"), (answer.Headers.ETag?.Tag, answer.Headers.Location?.ToString()));
        Assert.Equal((second, "packing"), (next!.Id, next.Status));
        Assert.Equal((HttpStatusCode.NoContent, ""), (nothing.StatusCode, await nothing.Content.ReadAsStringAsync(Cancellation)));
        Assert.Null(await client.ClaimNextOrderAsync(Cancellation));
        using var packed = await shop.Staff.PostJson($"/orders/{first}/pack");
        await packed.Expect(HttpStatusCode.OK);
        using var odd = await shop.Staff.PostJson("/orders/claim-next?status=paid");
        await odd.ExpectProblem(400, "validation");
    }

    private static async Task<string?> PaidAsync(Customer customer, string sku)
    {
        var id = (await customer.Placed((sku, 1))).Text("id");
        using var paid = await customer.Http.PostJson($"/orders/{id}/pay");
        await paid.Expect(HttpStatusCode.OK);
        return id;
    }
}
