using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;

namespace Granary.Silo.Tests.Saga;

/// <summary>These tests restart the silo, so they use their own.</summary>
public sealed class IdempotencyTests(SagaSilo silo) : IClassFixture<SagaSilo>
{
    [Fact]
    public async Task Fifty_concurrent_requests_with_one_key_place_one_order()
    {
        var (user, command) = await PlacementAsync();
        var id = OrderId.From(user, "key-1");

        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => silo.Order(id).Place(command)));

        Assert.All(replies, reply => Assert.Equal(id, reply.Order!.Id));
        Assert.Single(replies, reply => !reply.Replayed);
        Assert.Equal(1, (await silo.Stock(command.Lines[0].Sku).GetLevel()).Level!.Reserved);
    }

    [Fact]
    public async Task A_repeated_request_finds_its_order_after_a_restart()
    {
        var (user, command) = await PlacementAsync();
        var id = OrderId.From(user, "key-2");
        var first = await silo.Order(id).Place(command);

        await silo.RestartAsync();
        var again = await silo.Order(id).Place(command);
        var other = await silo.Order(id).Place(command with { Fingerprint = "another body" });

        Assert.True(again.Replayed);
        Assert.Equivalent(first.Order, again.Order);
        Assert.IsType<IdempotencyKeyReused>(other.Refusal);
        Assert.Equal(1, (await silo.Stock(command.Lines[0].Sku).GetLevel()).Level!.Reserved);
    }

    [Fact]
    public async Task A_repeated_request_finds_its_order_after_a_restart_although_stock_and_money_are_used_up()
    {
        var (user, command) = await PlacementAsync(units: 1);
        var id = OrderId.From(user, "key-3");
        await silo.Order(id).Place(command);

        await silo.RestartAsync();

        Assert.True((await silo.Order(id).Place(command)).Replayed);
    }

    [Fact]
    public async Task A_refused_request_may_be_tried_again_under_its_key()
    {
        var (user, command) = await PlacementAsync(units: 0);
        var order = silo.Order(OrderId.From(user, "key-4"));

        Assert.IsType<InsufficientStock>((await order.Place(command)).Refusal);
        await silo.Stock(command.Lines[0].Sku).Adjust(new AdjustStock(1, null, null, user));

        Assert.False((await order.Place(command)).Replayed);
    }

    private async Task<(string User, PlaceOrder Command)> PlacementAsync(long units = 10)
    {
        var user = await silo.NewUserAsync(100_000);
        var sku = await silo.NewProductAsync("ONCE", 100, units);
        return (user, new PlaceOrder { UserId = user, By = user, Lines = [new RequestedLine(sku, 1)], Fingerprint = "body" });
    }
}
