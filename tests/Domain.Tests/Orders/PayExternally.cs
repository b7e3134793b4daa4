using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Tests.Orders;

/// <summary>An order that an external provider pays.</summary>
public sealed class PayExternally
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private static readonly DateTimeOffset Deadline = Given.Placed.ExpiresAt;

    private static readonly OrderState Unpaid = Given.Order(Given.Placed with { PaymentMethod = PaymentMethod.External });

    private static readonly OrderState Waiting = Given.ExternalOrder();

    [Fact]
    public void It_admits_one_payment_of_its_whole_total_at_a_time()
    {
        Assert.Equal(new OrderPaymentStarted("u-buyer", "p1", Deadline + Grace), Start(Unpaid, "p1").Single());
        Waiting.StaysAsItIs(order => Start(order, "p1"));
        Assert.Equal(new PaymentInProgress("p1"), Start(Waiting, "p2").Refusal);
        Assert.IsType<StaleVersion>(Start(Unpaid, "p1", amount: 999).Refusal);
    }

    [Fact]
    public void Neither_an_order_of_the_wallet_nor_one_that_is_not_pending_admits_a_payment()
    {
        Assert.Equal(OrderPaymentDecisions.PaidFromWallet, Assert.IsType<IllegalTransition>(Start(Given.Order(Given.Placed), "p1").Refusal).Reason);
        Assert.IsType<IllegalTransition>(Start(Waiting.Apply(new OrderCancelled("u-buyer", null), Given.Noon), "p2").Refusal);
        Assert.IsType<NotFound>(OrderPaymentDecisions.StartPayment(Unpaid, Given.ByStranger, "p1", 1_000, Grace, Given.Noon).Refusal);
    }

    [Fact]
    public void A_payment_that_it_admitted_is_not_admitted_again_when_it_is_over()
    {
        Assert.IsType<IllegalTransition>(Start(Waiting.Apply(new OrderCancelled("u-buyer", null), Given.Noon), "p1").Refusal);
        var expired = OrderPaymentDecisions.StartPayment(Waiting, Given.ByBuyer, "p1", 1_000, Grace, Deadline + Grace);
        Assert.IsType<IllegalTransition>(expired.Refusal);
    }

    [Fact]
    public void It_admits_no_more_payments_than_are_kept()
    {
        var order = Unpaid;
        for (var number = 1; number <= OrderPaymentDecisions.MostPayments; number++)
        {
            order = With(order, Start(order, $"p{number}"));
            order = With(order, OrderPaymentDecisions.FollowPayment(order, Account(3, isOver: true) with { Payment = $"p{number}" }, Given.Noon));
        }

        Assert.IsType<IllegalTransition>(Start(order, "p-more").Refusal);
    }

    [Fact]
    public void It_is_not_paid_from_the_wallet()
    {
        Unpaid.Refuses(order => OrderDecisions.Pay(order, Given.ByBuyer, Given.Noon), "amend", "cancel");
        Assert.DoesNotContain("pay", Unpaid.ToOrder().AllowedActions);
        Assert.IsType<NotFound>(OrderDecisions.Pay(Unpaid, Given.ByStranger, Given.Noon).Refusal);
    }

    [Fact]
    public void It_is_not_amended_while_a_payment_is_under_way()
    {
        Assert.Equal(new PaymentInProgress("p1"), OrderDecisions.MayAmend(Waiting, Given.ByBuyer, Given.Noon).Refusal);
        var declined = With(Waiting, OrderPaymentDecisions.FollowPayment(Waiting, Account(3, isOver: true), Given.Noon));
        Assert.Null(OrderDecisions.MayAmend(declined, Given.ByBuyer, Given.Noon).Refusal);
        Assert.Equal("p2", With(declined, Start(declined, "p2")).OpenPayment);
    }

    [Fact]
    public void A_payment_that_secures_the_total_pays_it_once()
    {
        var decision = OrderPaymentDecisions.FollowPayment(Waiting, Account(5, captured: 1_000, isSecured: true), Given.Noon);
        Assert.Equal(
            [new OrderPaymentUpdated("system", "p1", 5, 0, 1_000, 0), new OrderPaid("u-buyer", "p1")],
            decision.Events);

        var paid = With(Waiting, decision);

        Assert.Equal((OrderStatus.Paid, "p1", null), (paid.Status, paid.ToStanding().Payment, paid.OpenPayment));
        paid.StaysAsItIs(order => OrderPaymentDecisions.FollowPayment(order, Account(5, captured: 1_000, isSecured: true), Given.Noon));
        paid.StaysAsItIs(order => OrderPaymentDecisions.FollowPayment(order, Account(4, authorized: 1_000), Given.Noon));
    }

    [Fact]
    public void A_payment_that_it_never_waited_for_changes_nothing() =>
        Unpaid.StaysAsItIs(order => OrderPaymentDecisions.FollowPayment(order, Account(5, captured: 1_000, isSecured: true), Given.Noon));

    [Fact]
    public void A_success_that_comes_when_it_is_over_is_noted_and_does_not_pay_it()
    {
        var cancelled = Waiting.Apply(new OrderCancelled("u-buyer", null), Given.Noon);

        var after = With(cancelled, OrderPaymentDecisions.FollowPayment(cancelled, Account(5, captured: 1_000, isSecured: true), Given.Noon));

        Assert.Equal((OrderStatus.Cancelled, 1_000), (after.Status, after.ToOrder().Amounts!.Captured));
        Assert.Equal(ClaimPhase.None, after.ToStanding().Phase);
    }

    [Fact]
    public void A_payment_under_way_at_the_deadline_extends_it_once()
    {
        var extended = Assert.IsType<OrderDeadlineExtended>(OrderDecisions.Expire(Waiting, Deadline).Single());
        Assert.Equal(Deadline + Grace, extended.ExpiresAt);
        var later = Waiting.Apply(extended, Deadline);

        later.StaysAsItIs(order => OrderDecisions.Expire(order, Deadline.AddMinutes(9)));
        Assert.IsType<OrderPaid>(OrderPaymentDecisions.FollowPayment(
            Waiting, Account(5, captured: 1_000, isSecured: true), Deadline.AddMinutes(9)).Events[^1]);
        Assert.IsType<OrderExpired>(OrderDecisions.Expire(later, extended.ExpiresAt).Single());
        Assert.IsType<OrderExpired>(OrderDecisions.Expire(Waiting, extended.ExpiresAt).Single());
    }

    [Fact]
    public void Without_a_payment_under_way_or_a_second_time_there_is_no_extension()
    {
        Assert.IsType<OrderExpired>(OrderDecisions.Expire(Unpaid, Deadline).Single());
        var again = Waiting.Apply(new OrderDeadlineExtended("system", Deadline + Grace), Deadline)
            .Apply(new OrderPaymentUpdated("system", "p1", 3, 0, 0, 0, Over: true), Deadline);

        var started = Assert.IsType<OrderPaymentStarted>(OrderPaymentDecisions.StartPayment(
            again, Given.ByBuyer, "p2", 1_000, Grace, Deadline.AddMinutes(5)).Single());

        Assert.Null(started.ExtendsTo);
        Assert.IsType<OrderExpired>(OrderDecisions.Expire(again.Apply(started, Deadline), Deadline + Grace).Single());
    }

    [Fact]
    public void One_that_costs_nothing_is_paid_without_a_provider()
    {
        var free = Given.Order(Given.Placed with { PaymentMethod = PaymentMethod.External, Total = 0 });

        var paid = With(free, OrderDecisions.Pay(free, Given.ByBuyer, Given.Noon));

        Assert.Equal(OrderPaymentStatus.Paid, paid.ToOrder().PaymentStatus);
    }

    private static Decision<OrderEvent> Start(OrderState order, string payment, long amount = 1_000) =>
        OrderPaymentDecisions.StartPayment(order, Given.ByBuyer, payment, amount, Grace, Given.Noon);

    private static PaymentAccount Account(
        long version, long authorized = 0, long captured = 0, long refunded = 0, bool isSecured = false, bool isOver = false) => new()
        {
            Payment = "p1",
            Version = version,
            Authorized = authorized,
            Captured = captured,
            Refunded = refunded,
            IsSecured = isSecured,
            IsOver = isOver,
            Refunds = [],
        };

    private static OrderState With(OrderState order, Decision<OrderEvent> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Events.Aggregate(order, (state, happened) => state.Apply(happened, Given.Noon));
    }
}
