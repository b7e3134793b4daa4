using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

public sealed class PayOrder
{
    private static readonly OrderState Pending = Given.OrderThatIs(OrderStatus.Pending);

    [Fact]
    public void A_pending_order_is_paid() =>
        Assert.Equal(new OrderPaid("u-buyer"), OrderDecisions.Pay(Pending, Given.ByBuyer, Given.Noon).Single());

    [Fact]
    public void Paying_again_changes_nothing() =>
        Given.OrderThatIs(OrderStatus.Paid).StaysAsItIs(order => OrderDecisions.Pay(order, Given.ByBuyer, Given.Noon));

    [Fact]
    public void From_its_deadline_on_an_order_expires_instead()
    {
        Assert.IsType<OrderPaid>(OrderDecisions.Pay(Pending, Given.ByBuyer, Given.Placed.ExpiresAt.AddTicks(-1)).Single());

        var decision = OrderDecisions.Pay(Pending, Given.ByBuyer, Given.Placed.ExpiresAt);

        Assert.IsType<OrderExpired>(Assert.Single(decision.Events));
        var illegal = Assert.IsType<IllegalTransition>(decision.Refusal);
        Assert.Equal("expired", illegal.Status);
        Assert.Empty(illegal.AllowedActions);
    }

    [Fact]
    public void An_order_with_an_external_payment_is_refused_for_that_reason_while_it_may_be_paid()
    {
        var order = Given.Order(Given.Placed with { PaymentMethod = PaymentMethod.External });

        var refused = Assert.IsType<IllegalTransition>(OrderDecisions.Pay(order, Given.ByBuyer, Given.Noon).Refusal);
        Assert.Equal("The order is paid by an external payment, not from the wallet.", refused.Reason);

        var cancelled = order.Apply(new OrderCancelled("u-buyer", null), Given.Noon);
        Assert.Null(Assert.IsType<IllegalTransition>(OrderDecisions.Pay(cancelled, Given.ByBuyer, Given.Noon).Refusal).Reason);
    }

    [Fact]
    public void Neither_an_order_of_another_user_nor_one_that_is_not_there_can_be_paid()
    {
        Assert.IsType<NotFound>(OrderDecisions.Pay(Pending, Given.ByStranger, Given.Noon).Refusal);
        Assert.IsType<NotFound>(OrderDecisions.Pay(Given.Order(), Given.ByBuyer, Given.Noon).Refusal);
    }

    [Fact]
    public void A_payment_of_another_version_than_the_current_one_is_refused() =>
        Assert.Equal(new StaleVersion(1), OrderDecisions.Pay(Pending, Given.ByBuyerWhoIsLate, Given.Noon).Refusal);

    [Fact]
    public void An_expired_order_is_not_paid() =>
        Assert.IsType<IllegalTransition>(OrderDecisions.Pay(Given.OrderThatIs(OrderStatus.Expired), Given.ByBuyer, Given.Noon).Refusal);
}
