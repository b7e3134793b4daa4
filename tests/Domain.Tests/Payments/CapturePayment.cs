using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using static Granary.Domain.Tests.Payments.GivenPayment;

namespace Granary.Domain.Tests.Payments;

public sealed class CapturePayment
{
    [Fact]
    public void An_operator_captures_an_authorized_payment_once()
    {
        var payment = Authorized().Do(state => PaymentDecisions.Capture(state, "u-operator", Times, Noon));

        Assert.Equal((PaymentStatus.Capturing, "u-operator"), (payment.Status, payment.Timeline[^1].By));
        PaymentDecisions.Capture(payment, "u-operator", Times, Noon).IsUnchanged();
        PaymentDecisions.Capture(Captured(), "u-operator", Times, Noon).IsUnchanged();
    }

    [Fact]
    public void What_is_not_authorized_cannot_be_captured()
    {
        Assert.IsType<NotFound>(PaymentDecisions.Capture(None, "u-operator", Times, Noon).Refusal);
        Assert.IsType<IllegalTransition>(PaymentDecisions.Capture(RequiringAction(), "u-operator", Times, Noon).Refusal);
        var voided = Authorized().Aligned(Order(ClaimPhase.None)).Answered(new ProviderAnswer.Voided());
        Assert.Equal(new IllegalTransition("voided", []).Status, Assert.IsType<IllegalTransition>(PaymentDecisions.Capture(voided, "u", Times, Noon).Refusal).Status);
    }

    [Fact]
    public void A_manual_one_is_captured_when_the_order_ships_and_kept_until_then()
    {
        PaymentDecisions.Align(Authorized(), Order(ClaimPhase.Secured), Times, Noon).IsUnchanged();
        PaymentDecisions.Align(Authorized(), Order(ClaimPhase.Paid), Times, Noon).IsUnchanged();

        Assert.Equal(["payment.capture_requested"], PaymentDecisions.Align(Authorized(), Order(ClaimPhase.Closed), Times, Noon).Names());
    }

    [Fact]
    public void A_rejected_capture_calls_an_operator_and_is_tried_again_later()
    {
        var payment = Capturing().Answered(new ProviderAnswer.Rejected("processing_error"));

        Assert.Equal((PaymentStatus.Authorized, "capture_rejected"), (payment.Status, payment.NeedsAttention));
        PaymentDecisions.Align(payment, Order(ClaimPhase.Closed), Times, Noon).IsUnchanged();
        Assert.Equal(PaymentStep.None, PaymentDecisions.Due(payment, Noon));
        Assert.Equal(PaymentStep.Review, PaymentDecisions.Due(payment, payment.DueAt!.Value));
        Assert.Equal(["payment.capture_requested"], PaymentDecisions.Review(payment, Order(ClaimPhase.Paid), Times, payment.DueAt.Value).Names());
    }

    [Fact]
    public void An_authorization_about_to_end_is_captured_for_an_order_that_lives_on_it_and_voided_otherwise()
    {
        var payment = Authorized(expiresAt: Noon.AddDays(7));
        Assert.Equal(Noon.AddDays(7) - Times.BeforeExpiry, payment.DueAt);

        Assert.Equal(["payment.capture_requested"], PaymentDecisions.Review(payment, Order(ClaimPhase.Paid), Times, payment.DueAt!.Value).Names());
        Assert.Equal(
            ["payment.given_up", "payment.void_requested"],
            PaymentDecisions.Review(payment, Order(ClaimPhase.None), Times, payment.DueAt.Value).Names());
        PaymentDecisions.Review(payment, Order(ClaimPhase.Secured), Times, payment.DueAt.Value).IsUnchanged();
    }

    [Fact]
    public void A_capture_without_an_answer_is_asked_for_and_never_made_under_another_key()
    {
        var payment = Capturing().Answered(new ProviderAnswer.NoAnswer("timeout"));

        Assert.Equal((PaymentStatus.Capturing, "p1-capture-2"), (payment.Status, payment.Operation!.KeyFor("p1")));
        Assert.Equal(PaymentStatus.Captured, payment.Answered(new ProviderAnswer.Captured(1_000)).Status);
    }

    [Fact]
    public void An_authorization_that_ends_before_its_capture_calls_an_operator_only_if_the_order_lives_on_it()
    {
        Assert.Equal(["payment.authorization_expired"], Capturing().Concluding(new ProviderAnswer.Expired()).Names());

        var manual = Authorized().Do(state => PaymentDecisions.Capture(state, "u-operator", Times, Noon));
        var ended = manual.Answered(new ProviderAnswer.Expired());
        Assert.Equal((PaymentStatus.AuthorizationExpired, 0, "authorization_expired"), (ended.Status, ended.Authorized, ended.NeedsAttention));
        Assert.Null(ended.DueAt);

        // The operator has cancelled the order.
        PaymentDecisions.Align(ended, Order(ClaimPhase.Paid, version: 6), Times, Noon).IsUnchanged();
        var over = ended.Aligned(Order(ClaimPhase.None, version: 7));
        Assert.Equal((PaymentStatus.AuthorizationExpired, null), (over.Status, over.NeedsAttention));
        PaymentDecisions.Align(over, Order(ClaimPhase.None, version: 8), Times, Noon).IsUnchanged();
    }
}
