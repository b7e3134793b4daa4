using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

public sealed class CancelOrder
{
    [Theory]
    [InlineData("by mistake", null)]
    [InlineData("by mistake", "by mistake")]
    [InlineData(null, null)]
    public void A_cancelled_order_keeps_its_reason(string? first, string? again) =>
        Cancelled(first).StaysAsItIs(order => OrderDecisions.Cancel(order, Given.ByBuyer, again, Given.Noon));

    [Theory]
    [InlineData("by mistake")]
    [InlineData(null)]
    public void A_cancelled_order_gets_no_other_reason(string? first) =>
        Cancelled(first).Refuses(order => OrderDecisions.Cancel(order, Given.ByBuyer, "too late", Given.Noon));

    [Theory]
    [InlineData(OrderStatus.Pending)]
    [InlineData(OrderStatus.Paid)]
    [InlineData(OrderStatus.Packing)]
    public void An_order_is_cancelled_with_its_reason_until_it_is_shipped(OrderStatus status)
    {
        var order = Given.OrderThatIs(status);

        var cancelled = Cancel(order).Single();

        Assert.Equal(new OrderCancelled("u-buyer", "too late"), cancelled);
        Assert.Equal((OrderStatus.Cancelled, "too late"), (order.Apply(cancelled, Given.Noon).Status, order.Apply(cancelled, Given.Noon).CancelReason));
    }

    [Theory]
    [InlineData(OrderStatus.Shipped, "receive")]
    [InlineData(OrderStatus.Received, "complete")]
    public void An_order_that_was_shipped_is_not_cancelled(OrderStatus status, string allowed) =>
        Given.OrderThatIs(status).Refuses(Cancel, allowed);

    [Theory]
    [InlineData(OrderStatus.Completed)]
    [InlineData(OrderStatus.Expired)]
    public void An_order_that_is_over_is_not_cancelled(OrderStatus status) => Given.OrderThatIs(status).Refuses(Cancel);

    [Theory]
    [InlineData(OrderStatus.Pending)]
    [InlineData(OrderStatus.Packing)]
    public void A_cancelled_order_has_no_right_to_stock_or_money(OrderStatus status)
    {
        var order = Given.OrderThatIs(status);
        var cancelled = order.Apply(Cancel(order).Single(), Given.Noon);

        Assert.Equal(ClaimPhase.None, cancelled.ToStanding().Phase);
        Assert.True(cancelled.ClaimsOtherThan(order));
    }

    [Fact]
    public void An_order_of_another_user_is_not_cancelled() =>
        Assert.IsType<NotFound>(OrderDecisions.Cancel(Given.OrderThatIs(OrderStatus.Pending), Given.ByStranger, null, Given.Noon).Refusal);

    [Fact]
    public void A_cancellation_of_another_version_than_the_current_one_is_refused() =>
        Assert.Equal(
            new StaleVersion(2),
            OrderDecisions.Cancel(Given.OrderThatIs(OrderStatus.Paid), Given.ByBuyerWhoIsLate, null, Given.Noon).Refusal);

    [Fact]
    public void From_its_deadline_on_an_order_expires_instead()
    {
        var decision = OrderDecisions.Cancel(Given.OrderThatIs(OrderStatus.Pending), Given.ByBuyer, null, Given.Placed.ExpiresAt);

        Assert.IsType<OrderExpired>(Assert.Single(decision.Events));
        Assert.IsType<IllegalTransition>(decision.Refusal);
    }

    private static Decision<OrderEvent> Cancel(OrderState order) => OrderDecisions.Cancel(order, Given.ByBuyer, "too late", Given.Noon);

    private static OrderState Cancelled(string? reason) =>
        Given.OrderThatIs(OrderStatus.Pending).Apply(new OrderCancelled("u-buyer", reason), Given.Noon);
}
