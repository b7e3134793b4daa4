using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

public sealed class PlaceOrder
{
    private static readonly DateTimeOffset Deadline = Given.Noon.AddMinutes(15);

    [Fact]
    public void Placing_records_the_lines_their_total_and_the_attempt_that_took_them()
    {
        OrderLine[] lines = [new("TEA", "Tea", 2, 500), new("JAM", "Jam", 3, 250)];

        var placed = (OrderPlaced)OrderDecisions.Place(Given.Order(), Given.Placement, 7, lines, Deadline).Single();

        var order = Given.Order(placed);
        Assert.Equal(OrderStatus.Pending, order.Status);
        Assert.Equal([7L], order.Accepted);
        Assert.Equal(lines, order.Lines);
        Assert.Equal((1_750, Deadline), (order.ToOrder().Total, order.ToOrder().ExpiresAt));
        Assert.Equal("order.placed", Assert.Single(order.Timeline).Type);
    }

    [Fact]
    public void An_order_that_exists_is_not_placed_again() =>
        Assert.IsType<IllegalTransition>(
            OrderDecisions.Place(Given.OrderThatIs(OrderStatus.Pending), Given.Placement, 7, Given.Placed.Lines, Deadline).Refusal);

    [Fact]
    public void An_order_that_costs_more_than_an_order_may_is_refused()
    {
        OrderLine[] lines = [new("GOLD", "Gold", Limits.LineQuantity, Limits.Price)];

        Assert.Equal(OrderTotal.TooHigh, OrderDecisions.Place(Given.Order(), Given.Placement, 7, lines, Deadline).Refusal);
    }

    [Fact]
    public void A_repeated_placement_is_a_replay_only_with_the_same_body_by_the_same_user()
    {
        var order = Given.OrderThatIs(OrderStatus.Pending);

        Assert.Null(OrderDecisions.Replay(order, Given.Placement));
        Assert.IsType<IdempotencyKeyReused>(OrderDecisions.Replay(order, Given.Placement with { Fingerprint = "f2" }));
        Assert.IsType<IdempotencyKeyReused>(OrderDecisions.Replay(order, Given.Placement with { UserId = "u-other" }));
    }

    [Fact]
    public void A_voided_attempt_leaves_the_order_to_others()
    {
        var order = Given.Order(new AttemptVoided("system", 9));

        Assert.Equal((false, 1L), (order.Exists, order.Version));
        Assert.IsType<OrderPlaced>(OrderDecisions.Place(order, Given.Placement, 7, Given.Placed.Lines, Deadline).Single());
        Assert.IsType<OrderInFlight>(OrderDecisions.Place(order, Given.Placement, 9, Given.Placed.Lines, Deadline).Refusal);
    }
}
