using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

public sealed class PackOrder
{
    [Fact]
    public void A_paid_order_is_packed()
    {
        var happened = Pack(Given.OrderThatIs(OrderStatus.Paid)).Single();

        Assert.Equal(new OrderPackingStarted("u-operator"), happened);
        Assert.Equal(OrderStatus.Packing, Given.OrderThatIs(OrderStatus.Paid).Apply(happened, Given.Noon).Status);
    }

    [Fact]
    public void An_order_that_is_being_packed_already_stays_as_it_is() =>
        Given.OrderThatIs(OrderStatus.Packing).StaysAsItIs(Pack);

    [Fact]
    public void An_order_that_is_to_be_packed_anew_is_refused_also_to_the_caller_who_packs_it()
    {
        static Decision<OrderEvent> Anew(OrderState order) => OrderDecisions.Pack(order, Given.ByStaff with { IsAnew = true }, Given.Noon);

        Assert.Equal(new OrderPackingStarted("u-operator"), Anew(Given.OrderThatIs(OrderStatus.Paid)).Events.Single());
        Given.OrderThatIs(OrderStatus.Packing).Refuses(Anew, "ship", "cancel");
    }

    [Fact]
    public void An_order_that_another_operator_packs_is_taken()
    {
        var decision = OrderDecisions.Pack(Given.OrderThatIs(OrderStatus.Packing), Given.ByStaff with { By = "u-second" }, Given.Noon);

        Assert.Equal(new TakenByAnother("u-operator"), decision.Refusal);
    }

    [Fact]
    public void An_order_that_is_not_that_far_is_not_packed() =>
        Given.OrderThatIs(OrderStatus.Pending).Refuses(Pack, "amend", "pay", "cancel");

    [Fact]
    public void A_cancelled_order_is_not_packed() =>
        Given.OrderThatIs(OrderStatus.Cancelled).Refuses(Pack);

    [Fact]
    public void An_order_that_is_not_there_is_not_packed() =>
        Assert.IsType<NotFound>(Pack(Given.Order()).Refusal);

    private static Decision<OrderEvent> Pack(OrderState order) =>
        OrderDecisions.Pack(order, Given.ByStaff, Given.Noon);
}
