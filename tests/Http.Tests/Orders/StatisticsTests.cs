using Granary.Client;
using Granary.Grains.Interfaces;

namespace Granary.Http.Tests.Orders;

public sealed class StatisticsTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    [Fact]
    public async Task The_figures_count_orders_by_status_and_minute_and_name_the_lag_of_consumers()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var client = new GranaryClient(_shop.Staff);
        var before = await client.GetStatisticsAsync(cancellation);
        var customer = new GranaryClient((await _shop.Customer()).Http);
        var sku = await _shop.Product();
        await _shop.Product(stock: 1);
        for (var i = 0; i < 3; i++)
        {
            var order = await customer.PlaceOrderAsync(new NewOrder { Items = [new NewOrderItem(sku, 1)] }, cancellationToken: cancellation);
            await customer.CancelOrderAsync(order.Id, cancellationToken: cancellation);
        }

        // Other tests order at the same time; cancelled orders only become more.
        await Eventually.HoldsAsync(
            async () =>
            {
                var now = await client.GetStatisticsAsync(cancellation);
                Assert.Equal(
                    ["cancelled", "completed", "expired", "packing", "paid", "pending", "received", "shipped"],
                    now.Orders.Keys.Order(StringComparer.Ordinal));
                Assert.Equal(60, now.OrdersPerMinute.Count);
                Assert.InRange(DateTimeOffset.UtcNow - now.At, TimeSpan.Zero, TimeSpan.FromMinutes(1));
                return now.LowStock > 0
                    && now.Orders["cancelled"] >= before.Orders["cancelled"] + 3
                    && now.OrdersPerMinute.Sum() >= before.OrdersPerMinute.Sum() + 3 - before.OrdersPerMinute[0]
                    && now.LagSeconds.Keys.Contains("order-index") && now.LagSeconds.Keys.Contains("webhooks");
            },
            "the orders are counted", cancellation: cancellation);
    }

    [Fact]
    public async Task The_figures_take_no_parameter()
    {
        using var answer = await _shop.Staff.SendJson(HttpMethod.Get, "/statistics?status=paid");

        await answer.ExpectProblem(400, "validation");
    }
}
