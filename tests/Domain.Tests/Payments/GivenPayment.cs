using Granary.Domain.Events;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Tests.Payments;

/// <summary>Payments of the order of <see cref="Given"/>, built by their decisions.</summary>
internal static class GivenPayment
{
    public static readonly PaymentTimes Times = PaymentTimes.Default;

    public static DateTimeOffset Noon => Given.Noon;

    public static CreatePayment Command { get; } = new(
        "o1", "u-buyer", 1_000, "USD", "tok_ok", CaptureMode.Automatic, "sandbox", "u-buyer");

    public static PaymentState None { get; } = PaymentState.Initial("p1");

    public static PaymentState Created(CaptureMode capture = CaptureMode.Automatic) =>
        None.With(PaymentDecisions.Create(None, Command with { Capture = capture }, Times, Noon));

    public static PaymentState Authorizing(CaptureMode capture = CaptureMode.Automatic) =>
        Created(capture).Do(payment => PaymentDecisions.Authorize(payment, 2, Times, Noon));

    /// <summary>One that waits for its capture: its order has not shipped.</summary>
    public static PaymentState Authorized(DateTimeOffset? expiresAt = null) =>
        Authorizing(CaptureMode.Manual).Answered(new ProviderAnswer.Authorized("pi_1", 1_000, expiresAt));

    public static PaymentState Capturing() => Authorizing().Answered(new ProviderAnswer.Authorized("pi_1", 1_000));

    public static PaymentState Captured() => Capturing().Answered(new ProviderAnswer.Captured(1_000));

    public static PaymentState RequiringAction() => Authorizing().Answered(new ProviderAnswer.ActionRequired("pi_1", "https://bank.example/3ds"));

    /// <summary>The standing of the order; by default it waits for this payment.</summary>
    public static OrderStanding Order(
        ClaimPhase phase, long version = 5, string? payment = "p1", params IReadOnlyList<DecidedRefund> refunds) => new()
        {
            OrderId = "o1",
            Version = version,
            Phase = phase,
            Lines = [],
            Total = 1_000,
            Accepted = [1],
            Method = PaymentMethod.External,
            Payment = payment,
            Refunds = refunds,
        };

    public static PaymentState Do(this PaymentState payment, Func<PaymentState, Decision<PaymentEvent>> decide) => payment.With(decide(payment));

    public static PaymentState With(this PaymentState payment, Decision<PaymentEvent> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Events.Aggregate(payment, (state, happened) => state.Apply(happened, Noon));
    }

    public static PaymentState Answered(this PaymentState payment, ProviderAnswer answer) => payment.With(payment.Concluding(answer));

    public static Decision<PaymentEvent> Concluding(this PaymentState payment, ProviderAnswer answer, DateTimeOffset? now = null) =>
        PaymentDecisions.Conclude(payment, payment.Operation ?? payment.LastOperation!, answer, Times, now ?? Noon);

    public static PaymentState Aligned(this PaymentState payment, OrderStanding standing) =>
        payment.Do(state => PaymentDecisions.Align(state, standing, Times, Noon));

    public static void IsUnchanged(this Decision<PaymentEvent> decision)
    {
        Assert.Null(decision.Refusal);
        Assert.Empty(decision.Events);
    }

    public static string[] Names(this Decision<PaymentEvent> decision)
    {
        Assert.Null(decision.Refusal);
        return [.. decision.Events.Select(PaymentEvent.Codec.NameOf)];
    }
}
