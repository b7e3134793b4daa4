using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using static Granary.Domain.Tests.Payments.GivenPayment;

namespace Granary.Domain.Tests.Payments;

public sealed class AuthorizePayment
{
    [Fact]
    public void Creating_a_payment_records_it_and_asks_the_provider_for_nothing()
    {
        var payment = Created();

        Assert.Equal((PaymentStatus.Created, 1_000, null), (payment.Status, payment.Amount, payment.Operation));
        Assert.Equal(PaymentStep.Admit, PaymentDecisions.Due(payment, payment.DueAt!.Value));
    }

    [Fact]
    public void The_same_request_again_changes_nothing_and_another_one_under_its_key_is_refused()
    {
        PaymentDecisions.Create(Captured(), Command, Times, Noon).IsUnchanged();
        Assert.IsType<IdempotencyKeyReused>(
            PaymentDecisions.Create(Captured(), Command with { Token = "tok_other" }, Times, Noon).Refusal);
    }

    [Fact]
    public void The_request_is_recorded_with_the_key_for_the_provider_before_it_is_made()
    {
        var payment = Authorizing();

        Assert.Equal(PaymentStatus.Authorizing, payment.Status);
        Assert.Equal("p1-authorize-1", payment.Operation!.KeyFor(payment.Id));
        PaymentDecisions.Authorize(payment, 2, Times, Noon).IsUnchanged();
    }

    [Fact]
    public void An_automatic_capture_is_requested_in_the_same_append_as_the_authorization()
    {
        Assert.Equal(
            ["payment.authorized", "payment.capture_requested"],
            Authorizing().Concluding(new ProviderAnswer.Authorized("pi_1", 1_000)).Names());
        Assert.Equal("p1-capture-2", Capturing().Operation!.KeyFor("p1"));
        Assert.False(Capturing().IsSecured);
        Assert.True(Captured().IsSecured);
    }

    [Fact]
    public void A_manual_one_secures_the_order_once_it_is_authorized()
    {
        var payment = Authorized();

        Assert.Null(payment.Operation);
        Assert.True(payment.ToAccount().IsSecured);
        Assert.Equal((1_000, 0), (payment.Authorized, payment.Captured));
    }

    [Fact]
    public void A_declined_one_is_over_with_the_code()
    {
        var payment = Authorizing().Answered(new ProviderAnswer.Declined("insufficient_funds"));

        Assert.Equal((PaymentStatus.Declined, "insufficient_funds", null), (payment.Status, payment.DeclineCode, payment.DueAt));
        Assert.True(payment.ToAccount().IsOver);
    }

    [Fact]
    public void A_payer_who_must_act_is_told_where_until_the_provider_says_what_became_of_it()
    {
        var payment = RequiringAction();
        Assert.Equal("https://bank.example/3ds", payment.ToPayment().NextAction);
        Assert.Equal(PaymentStep.Ask, PaymentDecisions.Due(payment, payment.DueAt!.Value));

        var acted = payment.Answered(new ProviderAnswer.Authorized("pi_1", 1_000));

        Assert.Equal((PaymentStatus.Capturing, null), (acted.Status, acted.ToPayment().NextAction));
    }

    [Fact]
    public void No_answer_is_no_failure_and_the_provider_is_asked_at_growing_intervals()
    {
        var payment = Authorizing();
        var asked = new List<TimeSpan>();
        var now = Noon;
        while (payment.NeedsAttention is null)
        {
            payment = payment.With(payment.Concluding(new ProviderAnswer.NoAnswer("timeout"), now));
            Assert.Equal(PaymentStatus.Processing, payment.Status);
            asked.Add(payment.DueAt!.Value - now);
            now = payment.DueAt.Value;
        }

        Assert.Equal(
            [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)],
            asked.Take(5));
        Assert.Equal(TimeSpan.FromHours(24), asked[^1]);
        Assert.Equal("provider_silent", payment.NeedsAttention);
        Assert.Null(payment.Answered(new ProviderAnswer.Declined("late")).NeedsAttention);
    }

    [Fact]
    public void An_operation_that_the_provider_does_not_know_is_repeated_under_its_key() =>
        Authorizing().Concluding(new ProviderAnswer.NotKnown()).IsUnchanged();

    [Fact]
    public void An_authorization_of_another_amount_is_given_back_and_never_secures_the_order()
    {
        var payment = Authorizing().Answered(new ProviderAnswer.Authorized("pi_1", 999));

        Assert.Equal((PaymentStatus.Voiding, false), (payment.Status, payment.IsSecured));
        Assert.Equal("amount_differs", payment.GivenUpReason);
    }

    [Fact]
    public void A_payment_that_its_order_does_not_admit_ends_before_anything_is_sent()
    {
        var payment = Created().Do(state => PaymentDecisions.Abandon(state, "payment_in_progress"));

        Assert.Equal((PaymentStatus.Voided, 0), (payment.Status, payment.Operations));
        PaymentDecisions.Abandon(Authorizing(), "late").IsUnchanged();
    }

    [Fact]
    public void The_payers_token_is_in_no_event_that_readers_see()
    {
        Assert.DoesNotContain("payment.method_attached", PaymentEvent.PublicNames);
        var encoded = PaymentDecisions.Create(None, Command, Times, Noon).Events.Select(happened => PaymentEvent.Codec.Encode(happened, Noon, null));
        Assert.All(
            encoded.Where(entry => PaymentEvent.PublicNames.Contains(entry.Type)),
            entry => Assert.DoesNotContain("tok_ok", System.Text.Encoding.UTF8.GetString(entry.Payload.Span), StringComparison.Ordinal));
        Assert.All(typeof(Payment).GetProperties(), property => Assert.NotEqual("Token", property.Name));
    }
}
