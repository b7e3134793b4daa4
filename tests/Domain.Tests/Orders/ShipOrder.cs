using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

public sealed class ShipOrder
{
    [Fact]
    public void A_packed_order_is_shipped_with_its_tracking()
    {
        var happened = Ship(Given.OrderThatIs(OrderStatus.Packing)).Single();

        Assert.Equal(new OrderShipped("u-operator", Given.Parcel), happened);
        Assert.Equal(OrderStatus.Shipped, Given.OrderThatIs(OrderStatus.Packing).Apply(happened, Given.Noon).Status);
    }

    [Fact]
    public void An_order_that_is_shipped_already_stays_as_it_is() =>
        Given.OrderThatIs(OrderStatus.Shipped).StaysAsItIs(Ship);

    [Fact]
    public void An_order_is_not_shipped_again_with_another_tracking() =>
        Given.OrderThatIs(OrderStatus.Shipped).Refuses(
            order => OrderDecisions.Ship(order, Given.ByStaff, Given.Parcel with { Number = "2" }, Given.Noon), "receive");

    [Fact]
    public void An_order_that_is_not_that_far_is_not_shipped() =>
        Given.OrderThatIs(OrderStatus.Paid).Refuses(Ship, "pack", "cancel");

    [Fact]
    public void A_cancelled_order_is_not_shipped() =>
        Given.OrderThatIs(OrderStatus.Cancelled).Refuses(Ship);

    [Fact]
    public void An_order_that_is_not_there_is_not_shipped() =>
        Assert.IsType<NotFound>(Ship(Given.Order()).Refusal);

    private static Decision<OrderEvent> Ship(OrderState order) =>
        OrderDecisions.Ship(order, Given.ByStaff, Given.Parcel, Given.Noon);
}
