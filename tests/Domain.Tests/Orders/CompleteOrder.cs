using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

public sealed class CompleteOrder
{
    [Fact]
    public void A_received_order_is_completed()
    {
        var happened = Complete(Given.OrderThatIs(OrderStatus.Received)).Single();

        Assert.Equal(new OrderCompleted("u-operator"), happened);
        Assert.Equal(OrderStatus.Completed, Given.OrderThatIs(OrderStatus.Received).Apply(happened, Given.Noon).Status);
    }

    [Fact]
    public void An_order_that_is_completed_already_stays_as_it_is() =>
        Given.OrderThatIs(OrderStatus.Completed).StaysAsItIs(Complete);

    [Fact]
    public void An_order_that_is_not_that_far_is_not_completed() =>
        Given.OrderThatIs(OrderStatus.Shipped).Refuses(Complete, "receive");

    [Fact]
    public void A_cancelled_order_is_not_completed() =>
        Given.OrderThatIs(OrderStatus.Cancelled).Refuses(Complete);

    [Fact]
    public void An_order_that_is_not_there_is_not_completed() =>
        Assert.IsType<NotFound>(Complete(Given.Order()).Refusal);

    private static Decision<OrderEvent> Complete(OrderState order) =>
        OrderDecisions.Complete(order, Given.ByStaff, Given.Noon);
}
