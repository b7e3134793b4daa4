using Granary.Domain.Events;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Payments;

/// <summary>What follows from what a provider says, and what a payment goes on with when no operation is open.</summary>
internal static class PaymentOutcomes
{
    /// <summary>The outcome of the open operation; nothing where the call must be repeated under its key.</summary>
    public static List<PaymentEvent> Of(
        PaymentState payment, PaymentOperation open, ProviderAnswer answer, PaymentTimes times, DateTimeOffset now) => (open.Kind, answer) switch
        {
            (_, ProviderAnswer.NotKnown) => [],
            (OperationKind.Authorize, ProviderAnswer.Authorized said) =>
                [new PaymentAuthorized(said.Reference, said.Amount, said.ExpiresAt, said.ExpiresAt - times.BeforeExpiry)],
            (OperationKind.Authorize, ProviderAnswer.ActionRequired said) when payment.NextAction != said.Url =>
                [new PaymentRequiresAction(said.Reference, said.Url, times.NextAsk(1, now, now))],
            (OperationKind.Authorize, ProviderAnswer.ActionRequired) => [Unanswered(open, "requires_action", times, now)],
            (OperationKind.Authorize, ProviderAnswer.Declined said) => [new PaymentDeclined(said.Code, said.Reference)],
            (OperationKind.Authorize, ProviderAnswer.Rejected said) => [new PaymentDeclined(said.Code)],
            (OperationKind.Capture, ProviderAnswer.Captured said) => WithAttention(
                new PaymentCaptured(said.Amount), said.Amount != open.Amount, "captured_amount_differs"),
            (OperationKind.Capture, ProviderAnswer.Rejected said) =>
                [new CaptureRejected(said.Code, now + times.AfterRejection), new PaymentNeedsAttention("capture_rejected")],
            (OperationKind.Void, ProviderAnswer.Voided) => Compensated(payment, open, new PaymentVoided(), payment.Authorized),
            (OperationKind.Void, ProviderAnswer.Rejected said) =>
                [new VoidRejected(said.Code, now + times.AfterRejection), new PaymentNeedsAttention("void_rejected")],
            (OperationKind.Void, ProviderAnswer.Expired) => Compensated(payment, open, new AuthorizationEnded(), payment.Authorized),
            (OperationKind.Authorize, ProviderAnswer.Expired) => [new AuthorizationEnded()],
            (OperationKind.Capture, ProviderAnswer.Expired) => Ended(payment),
            (OperationKind.Refund, ProviderAnswer.Refunded said) =>
            [
                .. Compensated(payment, open, new RefundSucceeded(open.Refund!, said.Amount), said.Amount),
            .. said.Amount == open.Amount ? Array.Empty<PaymentEvent>() : [new PaymentNeedsAttention("refunded_amount_differs")],
        ],
            (OperationKind.Refund, ProviderAnswer.Rejected said) =>
                [new RefundFailed(open.Refund!, said.Code), new PaymentNeedsAttention("refund_failed")],
            (_, ProviderAnswer.NoAnswer said) => Silent(payment, open, said.Reason, times, now),
            _ => Silent(payment, open, "unexpected_answer", times, now),
        };

    /// <summary>Holds what a provider says of an operation that is not open against what is recorded.</summary>
    public static Decision<PaymentEvent> Compare(
        PaymentState payment, PaymentOperation asked, ProviderAnswer answer, PaymentTimes times, DateTimeOffset now)
    {
        if (payment.Operation is not null)
        {
            // The outcome of the open operation says where the money is, whatever a late answer to an earlier one says.
            return Decision<PaymentEvent>.Unchanged;
        }

        if (answer is ProviderAnswer.NoAnswer)
        {
            return payment.Doubt is not { } doubt ? Decision<PaymentEvent>.Unchanged
                : times.IsOverdue(doubt.Since, now) ? new PaymentNeedsAttention(PaymentState.ProviderSilent)
                : new PaymentDoubted(doubt.Attempts + 1, times.NextAsk(doubt.Attempts + 1, doubt.Since, now));
        }

        if (answer is ProviderAnswer.Expired && payment.Status == PaymentStatus.Authorized)
        {
            return Decision<PaymentEvent>.Of(Ended(payment));
        }

        return !ProviderClaims.Agree(payment, asked, answer)
            ? payment.Doubt is null && payment.NeedsAttention is not null ? Decision<PaymentEvent>.Unchanged : new PaymentNeedsAttention("contradicted")
            : payment.Doubt is null ? Decision<PaymentEvent>.Unchanged
            : new PaymentConfirmed();
    }

    /// <summary>
    /// Events, and after them what the payment goes on with: the next operation is requested in the same append as the outcome of the
    /// one before, so that no crash falls between them.
    /// </summary>
    public static Decision<PaymentEvent> Continued(PaymentState payment, List<PaymentEvent> events, PaymentTimes times, DateTimeOffset now)
    {
        var state = events.Aggregate(payment, (before, happened) => before.Apply(happened, now));
        while (Next(state, times, now) is { } next)
        {
            events.Add(next);
            state = state.Apply(next, now);
        }

        return Decision<PaymentEvent>.Of(events);
    }

    private static PaymentEvent? Next(PaymentState payment, PaymentTimes times, DateTimeOffset now)
    {
        if (payment.Operation is not null)
        {
            return payment is { IsGivenUp: true, Status: PaymentStatus.RequiresAction }
                ? PaymentDecisions.VoidOf(payment, UserId.System, times, now)
                : null;
        }

        return payment.Status switch
        {
            PaymentStatus.Authorized when payment.IsGivenUp => payment.IsRejected(OperationKind.Void)
                ? null
                : PaymentDecisions.VoidOf(payment, UserId.System, times, now),
            PaymentStatus.Authorized when payment.Authorized != payment.Amount => new PaymentGivenUp(UserId.System, "amount_differs"),
            PaymentStatus.Authorized when payment.Capture == CaptureMode.Automatic && !payment.IsRejected(OperationKind.Capture) =>
                PaymentDecisions.CaptureOf(payment, UserId.System, times, now),
            PaymentStatus.Captured => NextRefund(payment, times, now),
            _ => null,
        };
    }

    private static PaymentEvent? NextRefund(PaymentState payment, PaymentTimes times, DateTimeOffset now)
    {
        var ordinal = payment.Operations + 1;
        foreach (var refund in payment.Refunds)
        {
            if (refund.Step == RefundStep.Queued)
            {
                return new RefundRequested(refund.Id, OperationKind.Refund, ordinal, refund.Amount, now + times.First);
            }
        }

        if (!payment.IsGivenUp)
        {
            return payment.Captured != payment.Amount && payment.Capture == CaptureMode.Automatic
                ? new PaymentGivenUp(UserId.System, "amount_differs")
                : null;
        }

        // A compensation that the provider has refused for good is left to an operator: asking again would not end.
        return payment.Refundable > 0 && !(payment.LastOperation is { Compensation: true } && payment.Refunds[^1].Step == RefundStep.Failed)
            ? CompensationOf(payment, times, now)
            : null;
    }

    /// <summary>The request to refund what is left.</summary>
    public static RefundRequested CompensationOf(PaymentState payment, PaymentTimes times, DateTimeOffset now)
    {
        var ordinal = payment.Operations + 1;
        return new RefundRequested(
            $"{payment.Id}-{ordinal}", OperationKind.Refund, ordinal, payment.Refundable, now + times.First, Compensation: true);
    }

    private static List<PaymentEvent> Silent(
        PaymentState payment, PaymentOperation open, string reason, PaymentTimes times, DateTimeOffset now) =>
        WithAttention(
            Unanswered(open, reason, times, now), payment.NeedsAttention is null && times.IsOverdue(open.RequestedAt, now), PaymentState.ProviderSilent);

    private static PaymentProcessing Unanswered(PaymentOperation open, string reason, PaymentTimes times, DateTimeOffset now) =>
        new(open.Kind, open.Ordinal, open.Attempts + 1, reason, times.NextAsk(open.Attempts + 1, open.RequestedAt, now));

    /// <summary>The authorization ended. An order lives on it only if it has secured the total.</summary>
    private static List<PaymentEvent> Ended(PaymentState payment) =>
        WithAttention(new AuthorizationEnded(), payment.IsSecured, "authorization_expired");

    private static List<PaymentEvent> WithAttention(PaymentEvent happened, bool needed, string reason) =>
        needed ? [happened, new PaymentNeedsAttention(reason)] : [happened];

    private static List<PaymentEvent> Compensated(PaymentState payment, PaymentOperation open, PaymentEvent happened, long amount) =>
        open.Compensation ? [happened, new PaymentCompensated(open.Kind, amount, payment.GivenUpReason ?? "order_over")] : [happened];
}
