using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

public sealed class ReceiveOrder
{
    [Fact]
    public void A_shipped_order_is_received()
    {
        var happened = Receive(Given.OrderThatIs(OrderStatus.Shipped)).Single();

        Assert.Equal(new OrderReceived("u-buyer"), happened);
        Assert.Equal(OrderStatus.Received, Given.OrderThatIs(OrderStatus.Shipped).Apply(happened, Given.Noon).Status);
    }

    [Fact]
    public void An_order_that_is_received_already_stays_as_it_is() =>
        Given.OrderThatIs(OrderStatus.Received).StaysAsItIs(Receive);

    [Fact]
    public void An_order_that_is_not_that_far_is_not_received() =>
        Given.OrderThatIs(OrderStatus.Packing).Refuses(Receive, "ship", "cancel");

    [Fact]
    public void A_cancelled_order_is_not_received() =>
        Given.OrderThatIs(OrderStatus.Cancelled).Refuses(Receive);

    [Fact]
    public void An_order_that_is_not_there_is_not_received() =>
        Assert.IsType<NotFound>(Receive(Given.Order()).Refusal);

    private static Decision<OrderEvent> Receive(OrderState order) =>
        OrderDecisions.Receive(order, Given.ByBuyer, Given.Noon);
}
