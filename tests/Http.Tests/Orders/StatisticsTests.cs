using System.Globalization;
using System.Net;
using System.Text.Json;
using Granary.Client;
using Granary.Grains.Interfaces.Users;

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
    public async Task The_figures_tell_how_orders_were_placed_in_the_last_minute()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var client = new GranaryClient(_shop.Staff);
        var customer = await _shop.Customer();
        var sku = await _shop.Product(stock: 1);
        await customer.Placed((sku, 1));
        using var refused = await customer.Order(null, (sku, 1));
        await refused.ExpectProblem(409, "insufficient-stock");

        // The figures before may have been computed a moment ago.
        await Eventually.HoldsAsync(
            async () => await client.GetStatisticsAsync(cancellation) is { Placing.Orders: > 0, Deduction: { Succeeded: > 0, Failed: > 0 } },
            "the last minute is counted", cancellation: cancellation);
        var now = await client.GetStatisticsAsync(cancellation);
        Assert.Equal(1, now.Silos);
        Assert.Equal(["ask", "authorize", "capture", "refund", "void"], now.Breakers!.Keys.Order(StringComparer.Ordinal));
        Assert.Subset(new HashSet<string> { "closed", "probing", "open" }, now.Breakers.Values.ToHashSet());
        Assert.True(now.Placing!.P50Seconds > 0 && now.Placing.P50Seconds <= now.Placing.P99Seconds, now.Placing.ToString());
    }

    [Fact]
    public async Task Whoever_follows_the_figures_gets_them_every_second_from_one_sample()
    {
        (string, string) accept = ("Accept", "text/event-stream");
        await using var first = await EventReader.OpenAsync(_shop.Staff, "/statistics", accept);
        await using var second = await EventReader.OpenAsync(_shop.Staff, "/statistics", accept);
        var (one, other) = ((await first.NextItem())!.Value, (await second.NextItem())!.Value);

        // On a busy machine a reader may miss some; what both have is the same.
        for (var same = 0; same < 3;)
        {
            if (one.EventId == other.EventId)
            {
                Assert.Equal("statistics", one.EventType);
                Assert.Equal(one.Data, other.Data);
                using var figures = JsonDocument.Parse(one.Data);
                Assert.Equal(1, figures.RootElement.Number("silos"));
                same++;
                one = (await first.NextItem())!.Value;
            }
            else if (string.CompareOrdinal(one.EventId, other.EventId) < 0)
            {
                one = (await first.NextItem())!.Value;
            }
            else
            {
                other = (await second.NextItem())!.Value;
            }
        }
    }

    [Fact]
    public async Task A_follower_of_the_figures_who_loses_the_role_gets_no_more()
    {
        var id = await app.Register(Roles.Operator);
        using var client = app.CreateClient(app.TokenOf(id, Roles.Operator));
        await using var events = await EventReader.OpenAsync(client, "/statistics", ("Accept", "text/event-stream"));
        Assert.NotNull(await events.NextItem());

        using var changed = await _shop.Staff.SendJson(HttpMethod.Put, $"/users/{id}/roles", new { roles = new[] { "customer" } });
        await changed.Expect(HttpStatusCode.OK);

        while (await events.NextItem() is not null)
        {
        }
    }

    [Fact]
    public async Task Settings_say_how_often_figures_are_computed_and_how_many_streams_a_user_may_follow()
    {
        await using var strict = await GranaryApp.StartWith("--Granary:Limits:MaxStreamsPerUser=1", "--Granary:Statistics:Interval=00:00:00.01");
        using var client = strict.CreateClient(strict.AdminToken);
        await using var events = await EventReader.OpenAsync(client, "/statistics", ("Accept", "text/event-stream"));

        // The id is the time of the figures, in milliseconds. Without the setting, no two are less than a second apart.
        var before = await TimeOfNext(events);
        for (var next = await TimeOfNext(events); next - before >= 900; next = await TimeOfNext(events))
        {
            before = next;
        }

        using var refused = await client.SendJson(HttpMethod.Get, "/statistics", null, ("Accept", "text/event-stream"));

        await refused.ExpectProblem(429, "too-many-requests");
    }

    private static async Task<long> TimeOfNext(EventReader events) =>
        long.Parse((await events.NextItem())!.Value.EventId!, CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_figures_take_no_parameter()
    {
        using var answer = await _shop.Staff.SendJson(HttpMethod.Get, "/statistics?status=paid");

        await answer.ExpectProblem(400, "validation");
    }
}
