using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests;

public sealed class OrderDecisionTests
{
    [Fact]
    public void Placing_records_the_lines_the_total_and_the_attempt_that_took_them()
    {
        var placed = (OrderPlaced)OrderDecisions.Place(
            Given.Order(), Given.Placement, 7, Given.Placed.Lines, 1_000, Given.Noon.AddMinutes(15)).Single();

        var order = Given.Order(placed);
        Assert.Equal(OrderStatus.Pending, order.Status);
        Assert.Equal([7L], order.Accepted);
        Assert.Equal(1_000, order.ToOrder().Total);
        Assert.Equal("order.placed", Assert.Single(order.Timeline).Type);
    }

    [Fact]
    public void A_repeated_placement_is_a_replay_only_with_the_same_body_by_the_same_user()
    {
        var order = Given.Order(Given.Placed);

        Assert.Null(OrderDecisions.Replay(order, Given.Placement));
        Assert.IsType<IdempotencyKeyReused>(OrderDecisions.Replay(order, Given.Placement with { Fingerprint = "f2" }));
        Assert.IsType<IdempotencyKeyReused>(OrderDecisions.Replay(order, Given.Placement with { UserId = "u-other" }));
    }

    [Fact]
    public void Paying_twice_changes_nothing_the_second_time()
    {
        var pay = new OrderPaid("u-buyer");
        var paid = Given.Order(Given.Placed, pay);

        Assert.Same(pay, OrderDecisions.Act(Given.Order(Given.Placed), Given.ByBuyer, OrderTrigger.Pay, pay).Single());
        Assert.Empty(OrderDecisions.Act(paid, Given.ByBuyer, OrderTrigger.Pay, pay).Events);
    }

    [Fact]
    public void An_illegal_action_is_refused_with_the_status_and_what_it_permits()
    {
        var decision = OrderDecisions.Act(Given.Order(Given.Placed), Given.ByBuyer, OrderTrigger.Pack, new OrderPackingStarted("op"));

        var refusal = Assert.IsType<IllegalTransition>(decision.Refusal);
        Assert.Equal("pending", refusal.Status);
        Assert.Equal(["amend", "pay", "cancel"], refusal.AllowedActions);
    }

    [Fact]
    public void An_order_of_another_user_is_not_found()
    {
        var other = new OrderCommand("u-other", "u-other");

        Assert.IsType<NotFound>(OrderDecisions.Act(Given.Order(Given.Placed), other, OrderTrigger.Pay, new OrderPaid("u-other")).Refusal);
        Assert.IsType<NotFound>(OrderDecisions.Act(Given.Order(), Given.ByBuyer, OrderTrigger.Pay, new OrderPaid("u-buyer")).Refusal);
    }

    [Fact]
    public void A_stale_version_is_refused_with_the_current_one()
    {
        var command = Given.ByBuyer with { ExpectedVersion = 1 };
        var order = Given.Order(Given.Placed, new OrderPaid("u-buyer"));

        var refusal = OrderDecisions.Act(order, command, OrderTrigger.Cancel, new OrderCancelled("u-buyer", null)).Refusal;
        Assert.Equal(new StaleVersion(2), refusal);
    }

    [Fact]
    public void An_order_expires_at_its_deadline_and_not_before()
    {
        var order = Given.Order(Given.Placed);

        Assert.Empty(OrderDecisions.Expire(order, Given.Placed.ExpiresAt.AddTicks(-1)).Events);
        Assert.IsType<OrderExpired>(OrderDecisions.Expire(order, Given.Placed.ExpiresAt).Single());
        Assert.Empty(OrderDecisions.Expire(Given.Order(Given.Placed, new OrderPaid("u")), Given.Placed.ExpiresAt).Events);
    }

    [Fact]
    public void An_attempt_is_voided_unless_it_won_was_voided_or_can_no_longer_win()
    {
        Assert.IsType<AttemptVoided>(OrderDecisions.Void(Given.Order(), 9).Single());
        Assert.IsType<AttemptVoided>(OrderDecisions.Void(Given.Order(Given.Placed), 9).Single());
        Assert.Empty(OrderDecisions.Void(Given.Order(Given.Placed), 1).Events);
        Assert.Empty(OrderDecisions.Void(Given.Order(new AttemptVoided("system", 9)), 9).Events);
        Assert.Empty(OrderDecisions.Void(Given.Order(Given.Placed, new OrderExpired("system")), 9).Events);
    }

    [Fact]
    public void Voiding_an_attempt_does_not_make_the_version_stale_that_a_reader_holds()
    {
        var order = Given.Order(Given.Placed, new AttemptVoided("system", 9));

        Assert.Equal(1, order.ToOrder().Version);
        Assert.Null(OrderDecisions.Guard(order, Given.ByBuyer with { ExpectedVersion = 1 }));
        Assert.Equal(2, order.ToStanding().Version);
    }

    [Fact]
    public void A_voided_attempt_leaves_the_order_placeable()
    {
        var order = Given.Order(new AttemptVoided("system", 9));

        Assert.False(order.Exists);
        Assert.Equal(1, order.Version);
        Assert.Equal(OrderStatus.Pending, Given.Order(new AttemptVoided("system", 9), Given.Placed).Status);
    }

    [Fact]
    public void An_amendment_reserves_only_what_it_needs_more_and_keeps_the_price_of_what_was_ordered()
    {
        var plan = OrderAmendmentPlan.For(
            Given.Order(Given.Placed), [new RequestedLine("TEA", 5), new RequestedLine("JAM", 1)]);

        Assert.Equal([new PlannedIncrease("TEA", 3), new PlannedIncrease("JAM", 1)], plan.Increases);
        Assert.Equal([new PlannedLine("TEA", 5, "Tea", 500), new PlannedLine("JAM", 1, null, null)], plan.Lines);
    }

    [Theory]
    [InlineData(ClaimPhase.None)]
    [InlineData(ClaimPhase.Secured)]
    [InlineData(ClaimPhase.Settled)]
    [InlineData(ClaimPhase.Closed)]
    public void The_standing_follows_the_status(ClaimPhase phase)
    {
        OrderEvent[] life = [Given.Placed, new OrderPaid("u"), new OrderPackingStarted("op"), new OrderShipped("op", new Tracking("c", "n"))];
        var order = phase switch
        {
            ClaimPhase.None => Given.Order(Given.Placed, new OrderCancelled("u", null)),
            ClaimPhase.Secured => Given.Order(life[..1]),
            ClaimPhase.Settled => Given.Order(life[..3]),
            _ => Given.Order(life),
        };

        Assert.Equal(phase, order.ToStanding().Phase);
    }
}
