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

    [Theory]
    [InlineData(1_000, 0)]
    [InlineData(0, 1_000)]
    public void An_order_whose_money_is_set_aside_or_captured_at_a_provider_is_shipped(long authorized, long captured) =>
        Assert.IsType<OrderShipped>(Ship(Packed(authorized, captured)).Single());

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 900)]
    public void An_order_whose_money_is_gone_is_neither_packed_nor_shipped_and_can_be_cancelled(long authorized, long captured)
    {
        Packed(authorized, captured).Refuses(Ship, "cancel");
        Paid(authorized, captured).Refuses(order => OrderDecisions.Pack(order, Given.ByStaff, Given.Noon), "cancel");
        Assert.IsType<OrderCancelled>(OrderDecisions.Cancel(Packed(authorized, captured), Given.ByStaff, null, Given.Noon).Single());
    }

    [Fact]
    public void A_cancelled_order_is_not_shipped() =>
        Given.OrderThatIs(OrderStatus.Cancelled).Refuses(Ship);

    [Fact]
    public void An_order_that_is_not_there_is_not_shipped() =>
        Assert.IsType<NotFound>(Ship(Given.Order()).Refusal);

    /// <summary>An order that was paid by a payment of which the provider has this now.</summary>
    private static OrderState Paid(long authorized, long captured) => Given.ExternalOrder(
        new OrderPaymentUpdated("system", "p1", 4, 1_000, 0, 0),
        new OrderPaid("u-buyer", "p1"),
        new OrderPaymentUpdated("system", "p1", 7, authorized, captured, 0, authorized + captured == 0 ? true : null));

    private static OrderState Packed(long authorized, long captured) =>
        Paid(authorized, captured).Apply(new OrderPackingStarted("u-operator"), Given.Noon);

    private static Decision<OrderEvent> Ship(OrderState order) =>
        OrderDecisions.Ship(order, Given.ByStaff, Given.Parcel, Given.Noon);
}
