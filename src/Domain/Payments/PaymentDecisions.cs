using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Payments;

/// <summary>What a payment that is due needs.</summary>
public enum PaymentStep
{
    /// <summary>Nothing now.</summary>
    None,

    /// <summary>Created and not yet admitted: ask the order, then <see cref="PaymentDecisions.Authorize"/> or <see cref="PaymentDecisions.Abandon"/>.</summary>
    Admit,

    /// <summary>
    /// Ask the provider what became of <see cref="PaymentDecisions.Asked"/>; where it does not know the key, repeat the call with the same
    /// key. Then <see cref="PaymentDecisions.Conclude"/>.
    /// </summary>
    Ask,

    /// <summary>Read the order's standing, then <see cref="PaymentDecisions.Review"/>.</summary>
    Review,
}

/// <summary>
/// The rules of a payment with an external provider, a function for each operation: state, command and time to events or a
/// refusal. Pure. What must be called at the provider is <see cref="PaymentState.Operation"/> of the state after the events; it is
/// called only once they are durable.
/// </summary>
public static class PaymentDecisions
{
    private const string VoidedByOperator = "voided";

    /// <summary>Records a payment. Nothing is sent: the order must admit it first.</summary>
    public static Decision<PaymentEvent> Create(PaymentState payment, CreatePayment command, PaymentTimes times, DateTimeOffset now)
    {
        if (payment.Exists)
        {
            return Repeats(payment, command) ? Decision<PaymentEvent>.Unchanged : new IdempotencyKeyReused();
        }

        return Decision<PaymentEvent>.Of(
        [
            new PaymentCreated(
                command.By, command.OrderId, command.UserId, command.Amount, command.Currency, command.Capture, command.Provider,
                now + times.First),
            new PaymentMethodAttached(command.Token),
        ]);
    }

    /// <summary>Asks for the authorization, once the order has admitted the payment.</summary>
    /// <param name="orderVersion">The order's version after it has.</param>
    public static Decision<PaymentEvent> Authorize(PaymentState payment, long orderVersion, PaymentTimes times, DateTimeOffset now) =>
        PaymentLifecycle.Next(payment.Status, PaymentTrigger.RequestAuthorization) is null
            ? Decision<PaymentEvent>.Unchanged
            : new AuthorizeRequested(OperationKind.Authorize, payment.Operations + 1, payment.Amount, orderVersion, now + times.First);

    /// <summary>Ends a payment of which nothing was sent, since the order does not admit it.</summary>
    public static Decision<PaymentEvent> Abandon(PaymentState payment, string reason) =>
        PaymentLifecycle.Next(payment.Status, PaymentTrigger.Abandon) is null
            ? Decision<PaymentEvent>.Unchanged
            : new PaymentAbandoned(UserId.System, reason);

    /// <summary>Captures a payment before its order ships, at an operator's request.</summary>
    public static Decision<PaymentEvent> Capture(PaymentState payment, string by, PaymentTimes times, DateTimeOffset now) =>
        !payment.Exists ? new NotFound()
        : payment.Status is PaymentStatus.Capturing or PaymentStatus.Captured ? Decision<PaymentEvent>.Unchanged
        : payment.IsGivenUp || !Permits(payment, PaymentTrigger.RequestCapture) ? Illegal(payment)
        : CaptureOf(payment, by, times, now);

    /// <summary>
    /// Voids a payment at an operator's request, unless the order lives on it or may have been told that it can: then the order is
    /// cancelled instead. One that the provider has not answered yet is voided as soon as it has. Of one that is given up and was captured, the
    /// refund that the provider has refused is asked for again.
    /// </summary>
    public static Decision<PaymentEvent> Void(
        PaymentState payment, string by, OrderStanding standing, PaymentTimes times, DateTimeOffset now)
    {
        if (!payment.Exists)
        {
            return new NotFound();
        }

        if (payment.Status is PaymentStatus.Voiding or PaymentStatus.Voided)
        {
            return Decision<PaymentEvent>.Unchanged;
        }

        if (payment.IsSecured || PhaseFor(payment, standing) is ClaimPhase.Paid or ClaimPhase.Closed)
        {
            return payment.Status == PaymentStatus.Authorized
                ? Illegal(payment) with { AllowedActions = ["capture"], Reason = "The order lives on this payment. Cancel the order instead, which gives the payment up." }
                : Illegal(payment);
        }

        return payment.Status switch
        {
            PaymentStatus.Created => new PaymentAbandoned(by, VoidedByOperator),
            PaymentStatus.Authorizing or PaymentStatus.Processing => payment.IsGivenUp
                ? Decision<PaymentEvent>.Unchanged
                : new PaymentGivenUp(by, VoidedByOperator),
            PaymentStatus.RequiresAction or PaymentStatus.Authorized => Decision<PaymentEvent>.Of(
                payment.IsGivenUp ? [VoidOf(payment, by, times, now)] : [new PaymentGivenUp(by, VoidedByOperator), VoidOf(payment, by, times, now)]),
            PaymentStatus.Captured when payment.IsGivenUp => payment is { Operation: null, Refundable: > 0 }
                ? PaymentOutcomes.CompensationOf(payment, times, now)
                : Decision<PaymentEvent>.Unchanged,
            _ => Illegal(payment),
        };
    }

    /// <summary>
    /// Brings the payment in line with its order: an order that is over, or that was paid otherwise, gets its money back; a shipped
    /// one is captured; refunds that the order has decided are carried out one after the other. A standing older than the last one
    /// acted on changes nothing.
    /// </summary>
    public static Decision<PaymentEvent> Align(PaymentState payment, OrderStanding standing, PaymentTimes times, DateTimeOffset now)
    {
        if (!payment.Exists || standing.Version < payment.OrderVersion)
        {
            return Decision<PaymentEvent>.Unchanged;
        }

        if (PaymentLifecycle.IsOver(payment.Status))
        {
            // Once the order is over, too, no operator needs to look at what has become of its money.
            return payment is { NeedsAttention: not null, IsGivenUp: false } && PhaseFor(payment, standing) == ClaimPhase.None
                ? new PaymentGivenUp(UserId.System, "order_over", standing.Version)
                : Decision<PaymentEvent>.Unchanged;
        }

        var events = new List<PaymentEvent>();
        switch (PhaseFor(payment, standing))
        {
            case ClaimPhase.None when payment.Status == PaymentStatus.Created:
                return new PaymentAbandoned(UserId.System, "order_over");
            case ClaimPhase.None when !payment.IsGivenUp:
                events.Add(new PaymentGivenUp(UserId.System, "order_over", standing.Version));
                break;
            case ClaimPhase.Closed when payment.Status == PaymentStatus.Authorized && !payment.IsGivenUp && !payment.IsRejected(OperationKind.Capture):
                events.Add(CaptureOf(payment, UserId.System, times, now));
                break;
        }

        if (standing.Payment == payment.Id)
        {
            events.AddRange((standing.Refunds ?? [])
                .Where(refund => payment.Refunds.All(known => known.Id != refund.Id))
                .Select(refund => new RefundQueued(refund.Id, refund.Amount, standing.Version)));
        }

        return PaymentOutcomes.Continued(payment, events, times, now);
    }

    /// <summary>Takes in what the provider said of an operation, and goes on with what follows from it.</summary>
    /// <param name="asked">The operation that was called or asked about.</param>
    public static Decision<PaymentEvent> Conclude(
        PaymentState payment, PaymentOperation asked, ProviderAnswer answer, PaymentTimes times, DateTimeOffset now) =>
        payment.Operation is { } open && open.Ordinal == asked.Ordinal
            ? PaymentOutcomes.Continued(payment, PaymentOutcomes.Of(payment, open, answer, times, now), times, now)
            : PaymentOutcomes.Compare(payment, asked, answer, times, now);

    /// <summary>
    /// Takes in a signed event of the provider, once. It is not believed: where it says anything that the payment has not recorded,
    /// the provider is asked. What the provider cannot be asked about by a key, a dispute or a refund that this shop did not request, calls an
    /// operator. An event about a payment that is not known yet is kept.
    /// </summary>
    public static Decision<PaymentEvent> Receive(PaymentState payment, ProviderEvent said, DateTimeOffset now)
    {
        if (payment.ProviderEvents.Contains(said.Id))
        {
            return Decision<PaymentEvent>.Unchanged;
        }

        var received = new ProviderEventReceived(said.Id, said.Type, payment.Operation is null ? null : now);
        return said.Type == ProviderEventType.Disputed ? Decision<PaymentEvent>.Of([received, new PaymentNeedsAttention("disputed")])
            : payment.Operation is not null || payment.LastOperation is null || ProviderClaims.Agree(payment, said) ? received
            : said.Type == ProviderEventType.Refunded && payment.Captured > 0
                ? Decision<PaymentEvent>.Of([received, new PaymentNeedsAttention("refunded_elsewhere")])
            : Decision<PaymentEvent>.Of([received, new PaymentDoubted(0, now)]);
    }

    /// <summary>
    /// An operator has looked at the payment. Only what the operator has seen is acknowledged: something else may have come up meanwhile. A payment
    /// that needs no attention is not changed.
    /// </summary>
    /// <param name="reason">Why the payment needs attention.</param>
    public static Decision<PaymentEvent> Acknowledge(PaymentState payment, string reason, string note, string by) =>
        !payment.Exists ? new NotFound()
        : payment.NeedsAttention is not { } attention ? Decision<PaymentEvent>.Unchanged
        : attention != reason ? new InvalidValue("reason", $"is not why the payment needs attention now, which is {attention}")
        : new AttentionAcknowledged(by, reason, note);

    /// <summary>
    /// Takes in what the provider's list says otherwise than the payment, of an operation that the payment has concluded or never requested. Where
    /// neither an open operation nor a question to the provider can clear it up, an operator is called, unless one has looked at it before.
    /// </summary>
    public static Decision<PaymentEvent> Differ(PaymentState payment, ProviderEvent said, DateTimeOffset now)
    {
        if (payment.Acknowledged is not null && payment.ProviderEvents.Contains(said.Id))
        {
            return Decision<PaymentEvent>.Unchanged;
        }

        var received = Receive(payment, said, now).Events;
        var after = received.Aggregate(payment, (before, happened) => before.Apply(happened, now));
        return after is { Operation: null, Doubt: null, NeedsAttention: null }
            ? Decision<PaymentEvent>.Of([.. received, new PaymentNeedsAttention("list_differs")])
            : Decision<PaymentEvent>.Of(received);
    }

    /// <summary>
    /// Takes in a payment that the provider has and the journal does not, as after a restore of an older journal: there is no order that it
    /// could be for, so it is given back. What the provider's list says is not believed: the capture is asked for under its own key before
    /// anything is refunded.
    /// </summary>
    public static Decision<PaymentEvent> TakeIn(
        PaymentState payment, FoundPayment found, string currency, string provider, PaymentTimes times, DateTimeOffset now)
    {
        if (payment.Exists)
        {
            return Decision<PaymentEvent>.Unchanged;
        }

        // The capture keeps its ordinal, which is part of its key; the authorization before it has any earlier one.
        var authorized = found.IsCaptured ? Math.Max(1, found.Ordinal - 1) : found.Ordinal;
        return Decision<PaymentEvent>.Of(
        [
            new PaymentCreated(UserId.System, PaymentState.NoOrder, UserId.System, found.Amount, currency, CaptureMode.Manual, provider, now),
            new AuthorizeRequested(OperationKind.Authorize, authorized, found.Amount, OrderVersion: 0, now),
            new PaymentAuthorized(found.Reference, found.Amount),
            new PaymentGivenUp(UserId.System, "not_in_journal"),
            found.IsCaptured
                ? new CaptureRequested(UserId.System, OperationKind.Capture, found.Ordinal, found.Amount, now + times.First)
                : new VoidRequested(UserId.System, OperationKind.Void, authorized + 1, now + times.First, Compensation: true),
        ]);
    }

    /// <summary>What a payment needs at a time.</summary>
    public static PaymentStep Due(PaymentState payment, DateTimeOffset now) =>
        payment.DueAt is not { } due || due > now ? PaymentStep.None
        : payment.Operation is not null || payment.Doubt is not null ? PaymentStep.Ask
        : payment.Status == PaymentStatus.Created ? PaymentStep.Admit
        : PaymentStep.Review;

    /// <summary>The operation that the provider is asked about, or null.</summary>
    public static PaymentOperation? Asked(PaymentState payment) =>
        payment.Operation ?? (payment.Doubt is null ? null : payment.LastOperation);

    /// <summary>
    /// An authorization is about to end, or the provider rejected a capture or void some time ago: it is captured for an order that
    /// lives on it, and voided otherwise. An order that waits for it must be told first what it has; nothing is decided before that.
    /// </summary>
    public static Decision<PaymentEvent> Review(PaymentState payment, OrderStanding standing, PaymentTimes times, DateTimeOffset now) =>
        payment.Status != PaymentStatus.Authorized ? Decision<PaymentEvent>.Unchanged
        : !payment.IsGivenUp && PhaseFor(payment, standing) is ClaimPhase.Paid or ClaimPhase.Closed
            ? CaptureOf(payment, UserId.System, times, now)
        : payment.IsSecured && PhaseFor(payment, standing) == ClaimPhase.Secured ? Decision<PaymentEvent>.Unchanged
        : payment.IsGivenUp ? VoidOf(payment, UserId.System, times, now)
        : Decision<PaymentEvent>.Of(
            [new PaymentGivenUp(UserId.System, "authorization_ends", standing.Version), VoidOf(payment, UserId.System, times, now)]);

    /// <summary>The request to capture the whole amount.</summary>
    internal static CaptureRequested CaptureOf(PaymentState payment, string by, PaymentTimes times, DateTimeOffset now) =>
        new(by, OperationKind.Capture, payment.Operations + 1, payment.Authorized, now + times.First);

    /// <summary>The request to give up what is set aside. It is no compensation where an operator has asked for it.</summary>
    internal static VoidRequested VoidOf(PaymentState payment, string by, PaymentTimes times, DateTimeOffset now) =>
        new(
            by, OperationKind.Void, payment.Operations + 1, now + times.First,
            by == UserId.System && payment.GivenUpReason != VoidedByOperator ? true : null);

    /// <summary>
    /// What the order's standing means for this payment: of an order that another payment has paid, or that waits for another one,
    /// it has nothing to keep.
    /// </summary>
    private static ClaimPhase PhaseFor(PaymentState payment, OrderStanding standing) =>
        standing.Payment == payment.Id || payment.Status == PaymentStatus.Created ? standing.Phase : ClaimPhase.None;

    private static bool Repeats(PaymentState payment, CreatePayment command) =>
        payment.OrderId == command.OrderId && payment.CreatedBy == command.By && payment.Capture == command.Capture && payment.Token == command.Token;

    private static bool Permits(PaymentState payment, PaymentTrigger trigger) => PaymentLifecycle.Next(payment.Status, trigger) is not null;

    private static IllegalTransition Illegal(PaymentState payment) =>
        new(Words.Of(payment.Status), PaymentLifecycle.AllowedActions(payment.Status));
}
