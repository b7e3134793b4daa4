using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using static Granary.Domain.Tests.Payments.GivenPayment;

namespace Granary.Domain.Tests.Payments;

/// <summary>Voids, refunds, and what a payment gives back by itself.</summary>
public sealed class GiveBackPayment
{
    [Fact]
    public void An_operator_voids_what_the_order_cannot_live_on()
    {
        var voiding = RequiringAction().Do(state => PaymentDecisions.Void(state, "u-operator", Order(ClaimPhase.Secured), Times, Noon));
        Assert.Equal((PaymentStatus.Voiding, "u-operator"), (voiding.Status, voiding.Timeline[^1].By));
        PaymentDecisions.Void(voiding, "u-operator", Order(ClaimPhase.Secured), Times, Noon).IsUnchanged();

        // The order may hear of the authorization only now, and be paid with it.
        var refusal = Assert.IsType<IllegalTransition>(PaymentDecisions.Void(Authorized(), "u-operator", Order(ClaimPhase.Secured), Times, Noon).Refusal);
        Assert.Equal(["capture"], refusal.AllowedActions);
        Assert.Contains("Cancel the order", refusal.Reason, StringComparison.Ordinal);
        Assert.IsType<IllegalTransition>(PaymentDecisions.Void(Authorized(), "u-operator", Order(ClaimPhase.Paid), Times, Noon).Refusal);
        Assert.IsType<IllegalTransition>(PaymentDecisions.Void(Captured(), "u-operator", Order(ClaimPhase.Secured), Times, Noon).Refusal);
        Assert.IsType<NotFound>(PaymentDecisions.Void(None, "u-operator", Order(ClaimPhase.Secured), Times, Noon).Refusal);
    }

    [Fact]
    public void One_that_the_provider_has_not_answered_is_voided_as_soon_as_it_has()
    {
        var payment = Authorizing().Answered(new ProviderAnswer.NoAnswer("timeout"))
            .Do(state => PaymentDecisions.Void(state, "u-operator", Order(ClaimPhase.Secured), Times, Noon));
        Assert.Equal(PaymentStatus.Processing, payment.Status);

        var late = payment.Answered(new ProviderAnswer.Authorized("pi_1", 1_000));

        Assert.Equal((PaymentStatus.Voiding, 1_000, 0), (late.Status, late.Authorized, late.Captured));
        Assert.Equal(["payment.voided"], late.Concluding(new ProviderAnswer.Voided()).Names());
    }

    [Fact]
    public void A_success_that_comes_after_the_order_is_over_is_voided_exactly_once_with_an_event()
    {
        var payment = Authorizing().Answered(new ProviderAnswer.NoAnswer("timeout")).Aligned(Order(ClaimPhase.None));
        var voiding = payment.Answered(new ProviderAnswer.Authorized("pi_1", 1_000));
        PaymentDecisions.Align(voiding, Order(ClaimPhase.None, version: 6), Times, Noon).IsUnchanged();

        Assert.Equal(["payment.voided", "payment.compensated"], voiding.Concluding(new ProviderAnswer.Voided()).Names());
        var voided = voiding.Answered(new ProviderAnswer.Voided());
        Assert.Equal((0, true), (voided.Authorized, voided.ToAccount().IsOver));
        PaymentDecisions.Align(voided, Order(ClaimPhase.None, version: 7), Times, Noon).IsUnchanged();
    }

    [Fact]
    public void A_capture_that_comes_after_the_order_is_over_is_refunded()
    {
        var payment = Capturing().Aligned(Order(ClaimPhase.None));
        Assert.Equal(PaymentStatus.Capturing, payment.Status);

        var refunding = payment.Answered(new ProviderAnswer.Captured(1_000));
        Assert.Equal((OperationKind.Refund, 1_000, true), (refunding.Operation!.Kind, refunding.Operation.Amount, refunding.Operation.Compensation));
        var refunded = refunding.Answered(new ProviderAnswer.Refunded(1_000));

        Assert.Equal((1_000, 1_000, 0), (refunded.Captured, refunded.Refunded, refunded.Refundable));
        Assert.Equal("payment.compensated", refunded.Timeline[^1].Type);
        PaymentDecisions.Align(refunded, Order(ClaimPhase.None, version: 9), Times, Noon).IsUnchanged();
    }

    [Fact]
    public void A_payer_who_was_to_act_is_let_go_when_the_order_is_over() =>
        Assert.Equal(
            ["payment.given_up", "payment.void_requested"],
            PaymentDecisions.Align(RequiringAction(), Order(ClaimPhase.None), Times, Noon).Names());

    [Fact]
    public void A_payment_of_an_order_that_another_payment_has_paid_is_given_back() =>
        Assert.Equal(
            ["payment.given_up", "payment.void_requested"],
            PaymentDecisions.Align(Authorized(), Order(ClaimPhase.Paid, payment: "p2"), Times, Noon).Names());

    [Fact]
    public void A_standing_from_before_the_order_admitted_the_payment_changes_nothing() =>
        PaymentDecisions.Align(Authorized(), Order(ClaimPhase.Secured, version: 1, payment: null), Times, Noon).IsUnchanged();

    [Fact]
    public void Refunds_that_the_order_has_decided_are_carried_out_one_after_the_other_and_once()
    {
        DecidedRefund[] both = [new("r1", 300), new("r2", 400)];
        var first = Captured().Aligned(Order(ClaimPhase.Paid, refunds: both));
        Assert.Equal(("r1", 300), (first.Operation!.Refund, first.Operation.Amount));
        PaymentDecisions.Align(first, Order(ClaimPhase.Paid, refunds: both), Times, Noon).IsUnchanged();

        var second = first.Answered(new ProviderAnswer.Refunded(300));
        Assert.Equal(("r2", 400), (second.Operation!.Refund, second.Operation.Amount));
        var done = second.Answered(new ProviderAnswer.Refunded(400));

        Assert.Equal((700, 300), (done.Refunded, done.Refundable));
        Assert.Equal([new("r1", null), new("r2", null)], done.ToAccount().Refunds);
        PaymentDecisions.Align(done, Order(ClaimPhase.Closed, version: 8, refunds: both), Times, Noon).IsUnchanged();
    }

    [Fact]
    public void What_is_left_after_refunds_goes_back_when_the_order_is_cancelled()
    {
        var refunding = Captured().Aligned(Order(ClaimPhase.Paid, refunds: new DecidedRefund("r1", 300)));

        var cancelled = refunding.Aligned(Order(ClaimPhase.None, version: 8, refunds: new DecidedRefund("r1", 300)))
            .Answered(new ProviderAnswer.Refunded(300));
        Assert.Equal(700, cancelled.Operation!.Amount);

        Assert.Equal(1_000, cancelled.Answered(new ProviderAnswer.Refunded(700)).Refunded);
    }

    [Fact]
    public void A_refund_that_the_provider_refuses_moves_nothing_and_calls_an_operator()
    {
        var failed = Captured().Aligned(Order(ClaimPhase.Paid, refunds: new DecidedRefund("r1", 300))).Answered(new ProviderAnswer.Rejected("disputed"));

        Assert.Equal((0, 1_000, "refund_failed"), (failed.Refunded, failed.Refundable, failed.NeedsAttention));
        Assert.Equal([new("r1", "disputed")], failed.ToAccount().Refunds);
        PaymentDecisions.Align(failed, Order(ClaimPhase.Paid, version: 9, refunds: new DecidedRefund("r1", 300)), Times, Noon).IsUnchanged();
    }

    [Fact]
    public void A_compensation_that_the_provider_refuses_is_left_to_an_operator()
    {
        var failed = Captured().Aligned(Order(ClaimPhase.None)).Answered(new ProviderAnswer.Rejected("disputed"));

        Assert.Equal((null, "refund_failed", 1_000), (failed.DueAt, failed.NeedsAttention, failed.Refundable));
        PaymentDecisions.Align(failed, Order(ClaimPhase.None, version: 9), Times, Noon).IsUnchanged();

        var again = failed.Do(state => PaymentDecisions.Void(state, "u-operator", Order(ClaimPhase.None), Times, Noon));
        Assert.Equal((OperationKind.Refund, 1_000, "p1-refund-4"), (again.Operation!.Kind, again.Operation.Amount, again.Operation.KeyFor("p1")));
        PaymentDecisions.Void(again, "u-operator", Order(ClaimPhase.None), Times, Noon).IsUnchanged();
        var over = again.Answered(new ProviderAnswer.Refunded(1_000));
        Assert.Equal((1_000, null, null), (over.Refunded, over.NeedsAttention, over.Operation));
        PaymentDecisions.Void(over, "u-operator", Order(ClaimPhase.None), Times, Noon).IsUnchanged();
    }
}
