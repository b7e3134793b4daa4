using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Tests.Orders;

public sealed class RefundOfOrder
{
    private static readonly OrderState Paid = Given.OrderThatIs(OrderStatus.Paid);

    private static readonly OrderState PaidExternally = Given.ExternalOrder(
        new OrderPaymentUpdated("system", "p1", 5, 0, 1_000, 0), new OrderPaid("u-buyer", "p1"));

    [Fact]
    public void Thirty_and_forty_of_a_hundred_succeed_and_forty_more_is_refused_with_what_is_left()
    {
        foreach (var order in (OrderState[])[Paid, PaidExternally])
        {
            var refunded = With(With(order, Refund(order, "r1", 300)), s => Refund(s, "r2", 400));

            Assert.Equal(new RefundExceedsCaptured(300), Refund(refunded, "r3", 400).Refusal);
            Assert.Equal(300, OrderMoney.Refundable(refunded));
        }
    }

    [Fact]
    public void A_wallet_has_its_refund_at_once_and_a_provider_has_to_confirm_it()
    {
        var wallet = With(Paid, Refund(Paid, "r1", 300));
        Assert.Equal((RefundStatus.Succeeded, OrderPaymentStatus.PartiallyRefunded, 300), Seen(wallet));

        var external = With(PaidExternally, Refund(PaidExternally, "r1", 300));
        Assert.Equal((RefundStatus.Pending, OrderPaymentStatus.Paid, 0), Seen(external));

        var confirmed = With(external, state => OrderPaymentDecisions.FollowPayment(state, Account(9, 300, new ConcludedRefund("r1", null)), Given.Noon));
        Assert.Equal((RefundStatus.Succeeded, OrderPaymentStatus.PartiallyRefunded, 300), Seen(confirmed));
    }

    [Fact]
    public void A_refund_that_the_provider_refuses_can_be_granted_again()
    {
        var external = With(PaidExternally, Refund(PaidExternally, "r1", 1_000));
        Assert.Equal(0, OrderMoney.Refundable(external));

        var failed = With(external, state => OrderPaymentDecisions.FollowPayment(state, Account(9, 0, new ConcludedRefund("r1", "disputed")), Given.Noon));

        Assert.Equal((RefundStatus.Failed, OrderPaymentStatus.Paid, 0), Seen(failed));
        Assert.Null(Refund(failed, "r2", 1_000).Refusal);
    }

    [Fact]
    public void The_same_refund_again_changes_nothing_and_another_one_under_its_key_is_refused()
    {
        var refunded = With(Paid, Refund(Paid, "r1", 300));

        refunded.StaysAsItIs(order => Refund(order, "r1", 300));
        Assert.IsType<IdempotencyKeyReused>(Refund(refunded, "r1", 301).Refusal);
    }

    [Fact]
    public void Only_a_paid_order_has_anything_to_refund_and_one_that_was_sent_too()
    {
        Assert.IsType<IllegalTransition>(Refund(Given.OrderThatIs(OrderStatus.Pending), "r1", 1).Refusal);
        Assert.IsType<IllegalTransition>(Refund(Given.OrderThatIs(OrderStatus.Cancelled), "r1", 1).Refusal);
        Assert.IsType<NotFound>(Refund(Given.OrderThatIs(OrderStatus.None), "r1", 1).Refusal);
        Assert.IsType<InvalidValue>(Refund(Paid, "r1", 0).Refusal);
        Assert.Null(Refund(Given.OrderThatIs(OrderStatus.Completed), "r1", 1_000).Refusal);
        var authorized = Given.ExternalOrder(new OrderPaymentUpdated("system", "p1", 5, 1_000, 0, 0), new OrderPaid("u-buyer", "p1"));
        Assert.Equal(new RefundExceedsCaptured(0), Refund(authorized, "r1", 1).Refusal);
    }

    [Fact]
    public void A_refund_while_an_order_is_packed_does_not_make_it_another_operators()
    {
        var packing = Given.OrderThatIs(OrderStatus.Packing);

        var refunded = With(packing, Refund(packing, "r1", 300));

        refunded.StaysAsItIs(order => OrderDecisions.Pack(order, Given.ByStaff, Given.Noon));
        Assert.Equal(new TakenByAnother("u-operator"), OrderDecisions.Pack(refunded, new OrderCommand("u-other-operator"), Given.Noon).Refusal);
    }

    [Fact]
    public void A_wallet_follows_the_refunds_of_its_order_once_also_after_the_parcel_has_left()
    {
        var user = Given.User(Given.Buyer, new MoneyDeposited("u-admin", 5_000, null), new MoneyHeld("o1", 1, 1_000));
        var first = With(Paid, Refund(Paid, "r1", 300));
        user = Aligned(user, first.ToStanding());
        Assert.Equal((4_300, 700), (user.Available, user.Claims.Find("o1")!.Paid));

        var shipped = first.Apply(new OrderPackingStarted("u-operator"), Given.Noon).Apply(new OrderShipped("u-operator", Given.Parcel), Given.Noon);
        user = Aligned(user, shipped.ToStanding());
        var second = With(shipped, Refund(shipped, "r2", 700));
        user = Aligned(Aligned(user, second.ToStanding()), first.ToStanding());

        Assert.Equal((5_000, 1_000, 1_000), (user.Available, user.Spent, user.Refunded));
        Assert.True(user.Claims.IsEmpty);
    }

    [Fact]
    public void A_cancelled_order_gives_back_what_its_refunds_have_left_however_late_its_standings_come()
    {
        var refunded = With(Paid, Refund(Paid, "r1", 300));
        var cancelled = refunded.Apply(new OrderCancelled("u-buyer", null), Given.Noon);
        OrderStanding[] standings = [Paid.ToStanding(), refunded.ToStanding(), cancelled.ToStanding()];
        int[][] orders = [[0, 1, 2], [1, 2, 1], [2, 1, 0], [0, 2, 1], [1, 0, 2]];
        foreach (var order in orders)
        {
            var user = order.Aggregate(
                Given.User(Given.Buyer, new MoneyDeposited("u-admin", 5_000, null), new MoneyHeld("o1", 1, 1_000)),
                (state, index) => Aligned(state, standings[index]));
            Assert.Equal((5_000, 0), (user.Available, user.Held));
        }
    }

    [Fact]
    public void The_amounts_of_a_wallets_order_are_those_of_its_hold_and_capture()
    {
        Assert.Equal(new OrderAmounts(1_000, 1_000, 0, 0), OrderMoney.AmountsOf(Given.OrderThatIs(OrderStatus.Pending)));
        Assert.Equal(new OrderAmounts(1_000, 0, 1_000, 0), OrderMoney.AmountsOf(Given.OrderThatIs(OrderStatus.Shipped)));
        Assert.Equal(new OrderAmounts(1_000, 0, 0, 0), OrderMoney.AmountsOf(Given.OrderThatIs(OrderStatus.Expired)));
        var refunded = Paid.Apply(new OrderCancelled("u-buyer", null), Given.Noon);
        Assert.Equal(new OrderAmounts(1_000, 0, 1_000, 1_000), OrderMoney.AmountsOf(refunded));
        Assert.Equal(OrderPaymentStatus.Refunded, OrderMoney.StatusOf(refunded));
        Assert.Equal(OrderPaymentStatus.Authorized, OrderMoney.StatusOf(Given.OrderThatIs(OrderStatus.Pending)));
        Assert.Equal(OrderPaymentStatus.Unpaid, OrderMoney.StatusOf(Given.OrderThatIs(OrderStatus.Expired)));
    }

    private static (RefundStatus Status, OrderPaymentStatus Order, long Refunded) Seen(OrderState order)
    {
        var seen = order.ToOrder();
        return (seen.Refunds![^1].Status, seen.PaymentStatus, seen.Amounts!.Refunded);
    }

    private static Decision<OrderEvent> Refund(OrderState order, string id, long amount) =>
        OrderPaymentDecisions.Refund(order, new RefundOrder(id, amount, "damaged", Given.ByStaff), Given.Noon);

    private static PaymentAccount Account(long version, long refunded, params IReadOnlyList<ConcludedRefund> refunds) => new()
    {
        Payment = "p1",
        Version = version,
        Authorized = 0,
        Captured = 1_000,
        Refunded = refunded,
        IsSecured = true,
        IsOver = false,
        Refunds = refunds,
    };

    private static UserState Aligned(UserState user, OrderStanding standing)
    {
        while (UserDecisions.Align(user, standing).Events is [var happened])
        {
            user = user.Apply(happened, Given.Noon);
        }

        return user;
    }

    private static OrderState With(OrderState order, Func<OrderState, Decision<OrderEvent>> decide) => With(order, decide(order));

    private static OrderState With(OrderState order, Decision<OrderEvent> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Events.Aggregate(order, (state, happened) => state.Apply(happened, Given.Noon));
    }
}
