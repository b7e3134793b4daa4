using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using static Granary.Domain.Tests.Payments.GivenPayment;

namespace Granary.Domain.Tests.Payments;

public sealed class ReceiveProviderEvent
{
    private static readonly ProviderEvent CapturedEvent = new("evt_1", ProviderEventType.Captured, 1_000);

    [Fact]
    public void The_same_event_again_changes_nothing()
    {
        var payment = Captured().Do(state => PaymentDecisions.Receive(state, CapturedEvent, Noon));

        Assert.Equal(1, payment.Timeline.Count(entry => entry.Type == "payment.event_received"));
        PaymentDecisions.Receive(payment, CapturedEvent, Noon).IsUnchanged();
    }

    [Fact]
    public void An_event_that_comes_before_the_answer_to_the_call_makes_the_payment_ask_at_once()
    {
        var payment = Capturing().Do(state => PaymentDecisions.Receive(state, CapturedEvent, Noon));

        Assert.Equal((PaymentStatus.Capturing, 0), (payment.Status, payment.Captured));
        Assert.Equal(PaymentStep.Ask, PaymentDecisions.Due(payment, Noon));
        Assert.Equal(PaymentStatus.Captured, payment.Answered(new ProviderAnswer.Captured(1_000)).Status);
    }

    [Fact]
    public void Late_news_agree_with_a_payment_that_has_gone_beyond_them()
    {
        foreach (var type in (ProviderEventType[])[ProviderEventType.Authorized, ProviderEventType.ActionRequired, ProviderEventType.Captured])
        {
            Assert.Equal(["payment.event_received"], PaymentDecisions.Receive(Captured(), new ProviderEvent("evt_2", type), Noon).Names());
        }
    }

    [Fact]
    public void An_event_about_a_payment_that_is_not_known_yet_is_kept()
    {
        var early = None.Do(state => PaymentDecisions.Receive(state, CapturedEvent, Noon));
        Assert.Equal((PaymentStatus.None, 1, false), (early.Status, early.Version, early.Exists));

        var created = early.Do(state => PaymentDecisions.Create(state, Command, Times, Noon));

        Assert.Equal(PaymentStatus.Created, created.Status);
        PaymentDecisions.Receive(created, CapturedEvent, Noon).IsUnchanged();
    }

    [Fact]
    public void An_event_that_contradicts_is_not_believed_and_the_provider_is_asked()
    {
        var doubting = Authorized().Do(state => PaymentDecisions.Receive(state, CapturedEvent, Noon));
        Assert.Equal((PaymentStatus.Authorized, 0, PaymentStep.Ask), (doubting.Status, doubting.Captured, PaymentDecisions.Due(doubting, Noon)));
        Assert.Equal(OperationKind.Authorize, PaymentDecisions.Asked(doubting)!.Kind);

        Assert.Equal(["payment.confirmed"], doubting.Concluding(new ProviderAnswer.Authorized("pi_1", 1_000)).Names());
        Assert.Equal(["payment.doubted"], doubting.Concluding(new ProviderAnswer.NoAnswer("timeout")).Names());
        Assert.Equal(["payment.needs_attention"], doubting.Concluding(new ProviderAnswer.NotKnown()).Names());
        Assert.Equal(
            ["payment.authorization_expired", "payment.needs_attention"], doubting.Concluding(new ProviderAnswer.Expired()).Names());
    }

    [Fact]
    public void A_provider_that_stays_silent_about_a_contradiction_calls_an_operator_after_a_day()
    {
        var payment = Authorized().Do(state => PaymentDecisions.Receive(state, CapturedEvent, Noon));

        var decision = payment.Concluding(new ProviderAnswer.NoAnswer("timeout"), Noon.AddHours(24));

        Assert.Equal(["payment.needs_attention"], decision.Names());
        Assert.Null(payment.With(decision).DueAt);
    }

    [Fact]
    public void A_dispute_calls_an_operator() =>
        Assert.Equal("disputed", Captured().Do(state => PaymentDecisions.Receive(state, new ProviderEvent("evt_9", ProviderEventType.Disputed), Noon)).NeedsAttention);

    [Fact]
    public void A_dispute_while_an_operation_is_open_calls_an_operator_also_after_that_went_well()
    {
        var dispute = new ProviderEvent("evt_9", ProviderEventType.Disputed);
        var refund = new DecidedRefund("r1", 300);
        var disputed = Captured().Aligned(Order(ClaimPhase.Paid, refunds: refund)).Do(state => PaymentDecisions.Receive(state, dispute, Noon))
            .Answered(new ProviderAnswer.Refunded(300));
        Assert.Equal(("disputed", 300), (disputed.NeedsAttention, disputed.Refunded));

        // The next operation is an operator's answer to it.
        var answered = disputed.Aligned(Order(ClaimPhase.Paid, version: 6, refunds: [refund, new DecidedRefund("r2", 700)]))
            .Answered(new ProviderAnswer.Refunded(700));
        Assert.Null(answered.NeedsAttention);
    }

    [Fact]
    public void The_outcome_of_an_operation_ends_the_attention_that_its_silence_called_for()
    {
        var silent = Capturing();
        silent = silent.With(silent.Concluding(new ProviderAnswer.NoAnswer("timeout"), Noon.AddHours(24)));
        Assert.Equal("provider_silent", silent.NeedsAttention);

        Assert.Null(silent.Answered(new ProviderAnswer.Captured(1_000)).NeedsAttention);
    }

    [Fact]
    public void A_refund_that_this_shop_did_not_request_calls_an_operator()
    {
        var refunded = new ProviderEvent("evt_8", ProviderEventType.Refunded, 300);
        Assert.Equal("refunded_elsewhere", Captured().Do(state => PaymentDecisions.Receive(state, refunded, Noon)).NeedsAttention);

        var mine = Captured().Aligned(Order(ClaimPhase.Paid, refunds: new DecidedRefund("r1", 300)));
        Assert.Equal(["payment.event_received"], PaymentDecisions.Receive(mine, refunded, Noon).Names());
        Assert.Equal(["payment.event_received"], PaymentDecisions.Receive(mine.Answered(new ProviderAnswer.Refunded(300)), refunded, Noon).Names());
    }

    [Fact]
    public void A_confirmation_of_a_refund_is_one_only_for_the_same_amount()
    {
        var refunded = Captured().Aligned(Order(ClaimPhase.Paid, refunds: new DecidedRefund("r1", 300))).Answered(new ProviderAnswer.Refunded(300))
            .Do(state => PaymentDecisions.Receive(state, new ProviderEvent("evt_8", ProviderEventType.RefundFailed), Noon));

        Assert.Equal(["payment.confirmed"], refunded.Concluding(new ProviderAnswer.Refunded(300)).Names());
        Assert.Equal(["payment.needs_attention"], refunded.Concluding(new ProviderAnswer.Refunded(200)).Names());
    }

    [Fact]
    public void What_the_provider_lists_otherwise_calls_an_operator_unless_it_can_be_asked_about()
    {
        // A second capture, under another key: the amount is what the payment has recorded.
        var twice = new ProviderEvent("reconciled-by-hand-captured", ProviderEventType.Captured, 1_000);
        Assert.Equal(["payment.event_received", "payment.needs_attention"], PaymentDecisions.Differ(Captured(), twice, Noon).Names());

        // It is found again, and nothing has come of it.
        var confirmed = Captured().Do(state => PaymentDecisions.Receive(state, twice, Noon));
        Assert.Equal(["payment.needs_attention"], PaymentDecisions.Differ(confirmed, twice, Noon).Names());
        PaymentDecisions.Differ(confirmed.Do(state => PaymentDecisions.Differ(state, twice, Noon)), twice, Noon).IsUnchanged();

        // The provider is asked.
        Assert.Equal(["payment.event_received", "payment.doubted"], PaymentDecisions.Differ(Authorized(), twice, Noon).Names());
        Assert.Equal(["payment.event_received"], PaymentDecisions.Differ(Capturing(), twice, Noon).Names());
    }

    [Fact]
    public void What_an_operator_has_looked_at_needs_no_attention_until_something_else_comes_up()
    {
        var twice = new ProviderEvent("reconciled-by-hand-captured", ProviderEventType.Captured, 1_000);
        var differing = Captured().Do(state => PaymentDecisions.Differ(state, twice, Noon));

        Assert.Equal(new InvalidValue("reason", "is not why the payment needs attention now, which is list_differs"), PaymentDecisions.Acknowledge(differing, "disputed", "seen", "u-op").Refusal);
        var acknowledged = differing.Do(state => PaymentDecisions.Acknowledge(state, "list_differs", "A second capture by hand.", "u-op"));
        Assert.Equal((null, "payment.attention_acknowledged", "u-op"), (acknowledged.NeedsAttention, acknowledged.Timeline[^1].Type, acknowledged.Timeline[^1].By));
        PaymentDecisions.Acknowledge(acknowledged, "list_differs", "Again.", "u-op").IsUnchanged();

        // The same difference is found every night; another one, or a dispute, is news.
        PaymentDecisions.Differ(acknowledged, twice, Noon).IsUnchanged();
        Assert.Equal("list_differs", acknowledged.Do(state => PaymentDecisions.Differ(state, twice with { Id = "reconciled-other" }, Noon)).NeedsAttention);
        var disputed = acknowledged.Do(state => PaymentDecisions.Receive(state, new ProviderEvent("evt_9", ProviderEventType.Disputed), Noon));
        Assert.Equal(("disputed", null), (disputed.NeedsAttention, disputed.Acknowledged));
        Assert.IsType<NotFound>(PaymentDecisions.Acknowledge(PaymentState.Initial("p"), "disputed", "seen", "u-op").Refusal);
    }

    [Fact]
    public void A_late_answer_to_an_operation_that_has_its_outcome_changes_nothing()
    {
        var authorize = Authorizing().Operation!;
        PaymentDecisions.Conclude(Captured(), authorize, new ProviderAnswer.Authorized("pi_1", 1_000), Times, Noon).IsUnchanged();
        PaymentDecisions.Conclude(Capturing(), authorize, new ProviderAnswer.NoAnswer("timeout"), Times, Noon).IsUnchanged();

        Assert.Equal(
            "contradicted",
            Captured().Do(state => PaymentDecisions.Conclude(state, authorize, new ProviderAnswer.Declined("no"), Times, Noon)).NeedsAttention);
    }
}
