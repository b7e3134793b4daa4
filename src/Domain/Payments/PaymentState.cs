using System.Collections.Immutable;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Payments;

/// <summary>A payment with an external provider as its events have made it. Amounts are minor units.</summary>
public sealed record PaymentState : IAggregate<PaymentState, PaymentEvent>
{
    /// <summary>The attention of an operation whose outcome the provider does not say; the outcome ends it.</summary>
    internal const string ProviderSilent = "provider_silent";

    /// <summary>The order of a payment that was found at the provider and is of none.</summary>
    public const string NoOrder = "";

    public required string Id { get; init; }
    public long Version { get; init; }
    public PaymentStatus Status { get; init; }
    public string OrderId { get; init; } = "";
    public string UserId { get; init; } = "";
    public string CreatedBy { get; init; } = "";
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public CaptureMode Capture { get; init; }
    public string Provider { get; init; } = "";

    /// <summary>The provider's token for the payer's card. It goes to the provider and to no reader.</summary>
    public string? Token { get; init; }

    /// <summary>The provider's own id of the payment.</summary>
    public string? Reference { get; init; }

    public string? DeclineCode { get; init; }
    public string? NextAction { get; init; }

    /// <summary>Set aside at the provider and not captured.</summary>
    public long Authorized { get; init; }

    public long Captured { get; init; }
    public long Refunded { get; init; }

    /// <summary>The last version of the order that the payment has acted on; an older standing changes nothing.</summary>
    public long OrderVersion { get; init; }

    /// <summary>Whatever the payment comes to is given back.</summary>
    public bool IsGivenUp { get; init; }

    /// <summary>Why it is given up, or null.</summary>
    public string? GivenUpReason { get; init; }

    /// <summary>The operation at the provider of which the outcome is not recorded; one at a time.</summary>
    public PaymentOperation? Operation { get; init; }

    /// <summary>The last operation with an outcome.</summary>
    public PaymentOperation? LastOperation { get; init; }

    /// <summary>The operations so far.</summary>
    public int Operations { get; init; }

    /// <summary>A provider's event contradicts the payment, and the provider is being asked.</summary>
    public PaymentDoubt? Doubt { get; init; }

    /// <summary>When an authorization must be looked at: before it ends, or to repeat what the provider rejected; null when never.</summary>
    public DateTimeOffset? ReviewAt { get; init; }

    /// <summary>The refunds that the order has decided, and the payment's own, in the order in which they are carried out.</summary>
    public ImmutableArray<PaymentRefund> Refunds { get; init; } = [];

    /// <summary>The ids of the provider's events that were taken in.</summary>
    public ImmutableHashSet<string> ProviderEvents { get; init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Why an operator must look at it, or null.</summary>
    public string? NeedsAttention { get; init; }

    /// <summary>Why an operator had to look at it and has, unless something else came up since; null otherwise.</summary>
    public string? Acknowledged { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public ImmutableArray<TimelineEntry> Timeline { get; init; } = [];

    /// <inheritdoc/>
    public static EventCodec<PaymentEvent> Codec => PaymentEvent.Codec;

    /// <summary>Whether it is for an order; not where it was found at the provider and is given back.</summary>
    public bool HasOrder => OrderId != NoOrder;

    /// <summary>Whether the payment was ever created; the provider may have sent events about it before.</summary>
    public bool Exists => Status != PaymentStatus.None;

    /// <summary>What can still be refunded: captured, and neither refunded nor on its way back.</summary>
    public long Refundable => checked(Captured - Refunded - Refunds.Where(refund => refund.IsOpen).Sum(refund => refund.Amount));

    /// <summary>When the payment must be looked at again, for the index that the sweep reads; null when never.</summary>
    public DateTimeOffset? DueAt =>
        Operation?.DueAt ?? Doubt?.DueAt ?? (Status is PaymentStatus.Created or PaymentStatus.Authorized ? ReviewAt : null);

    /// <summary>The whole amount is there for the order, and nothing gives it up.</summary>
    public bool IsSecured => !IsGivenUp && Status switch
    {
        PaymentStatus.Captured => Captured == Amount,
        PaymentStatus.Authorized or PaymentStatus.Capturing => Capture == CaptureMode.Manual && Authorized == Amount,
        _ => false,
    };

    /// <summary>The provider has just rejected such an operation, which waits until <see cref="ReviewAt"/>.</summary>
    public bool IsRejected(OperationKind kind) => Status == PaymentStatus.Authorized && LastOperation?.Kind == kind;

    /// <inheritdoc/>
    public static PaymentState Initial(string key) => new() { Id = key };

    /// <inheritdoc/>
    public static string StreamOf(string key) => JournalStream.OfPayment(key);

    /// <inheritdoc/>
    public PaymentState Apply(PaymentEvent domainEvent, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        var next = Noted(domainEvent, at);
        return domainEvent switch
        {
            PaymentCreated e => next.Created(e, at),
            PaymentMethodAttached e => next with { Token = e.Token },
            PaymentAbandoned e => next with { GivenUpReason = e.Reason },
            AuthorizeRequested e => next.Opened(e.Operation, e.Ordinal, e.Amount, e.DueAt, at) with { OrderVersion = e.OrderVersion },
            PaymentRequiresAction e => next with
            {
                Reference = e.Reference,
                NextAction = e.Url,
                Operation = Open with { DueAt = e.DueAt, Attempts = 0 },
            },
            PaymentAuthorized e => next.Concluded() with { Reference = e.Reference, Authorized = e.Amount, ReviewAt = e.DueAt },
            PaymentDeclined e => next.Concluded() with { DeclineCode = e.Code, Reference = e.Reference ?? Reference },
            PaymentProcessing e => next with { Operation = Open with { Attempts = e.Attempt, DueAt = e.DueAt } },
            CaptureRequested e => next.Opened(e.Operation, e.Ordinal, e.Amount, e.DueAt, at),
            PaymentCaptured e => next.Concluded() with { Authorized = 0, Captured = e.Amount },
            CaptureRejected e => next.Concluded() with { ReviewAt = e.DueAt },
            VoidRequested e => next.Opened(e.Operation, e.Ordinal, 0, e.DueAt, at, compensation: e.Compensation == true),
            PaymentVoided => next.Concluded() with { Authorized = 0 },
            VoidRejected e => next.Concluded() with { ReviewAt = e.DueAt },
            AuthorizationEnded => next.Concluded() with { Authorized = 0 },
            PaymentGivenUp e => next with
            {
                IsGivenUp = true,
                GivenUpReason = e.Reason,
                OrderVersion = e.OrderVersion ?? OrderVersion,
                NeedsAttention = PaymentLifecycle.IsOver(Status) ? null : NeedsAttention,
            },
            PaymentNeedsAttention e => next with
            {
                NeedsAttention = e.Reason,
                Acknowledged = null,
                Doubt = null,
                Operation = Operation is null ? null : Operation with { EndsAttention = e.Reason == ProviderSilent },
            },
            AttentionAcknowledged e => next with { NeedsAttention = null, Acknowledged = e.Reason },
            ProviderEventReceived e => next with
            {
                ProviderEvents = ProviderEvents.Add(e.Id),
                Operation = e.DueAt is { } due && Operation is not null ? Operation with { DueAt = due } : Operation,
            },
            PaymentDoubted e => next with { Doubt = new PaymentDoubt(Doubt?.Since ?? at, e.Attempt, e.DueAt) },
            PaymentConfirmed => next with { Doubt = null },
            PaymentCompensated => next,
            RefundQueued e => next.With(new PaymentRefund(e.Refund, e.Amount)) with { OrderVersion = e.OrderVersion },
            RefundRequested e => next.With(new PaymentRefund(e.Refund, e.Amount, RefundStep.Requested))
                .Opened(e.Operation, e.Ordinal, e.Amount, e.DueAt, at, e.Refund, e.Compensation == true),
            RefundSucceeded e => next.With(new PaymentRefund(e.Refund, e.Amount, RefundStep.Succeeded))
                .Concluded() with
            { Refunded = checked(Refunded + e.Amount) },
            RefundFailed e => next.With(new PaymentRefund(e.Refund, Open.Amount, RefundStep.Failed, e.Code)).Concluded(clears: false),
            _ => throw new InvalidOperationException($"A payment has no event {domainEvent.GetType().Name}."),
        };
    }

    /// <summary>The payment as readers see it.</summary>
    public Payment ToPayment() => new()
    {
        Id = Id,
        OrderId = OrderId,
        UserId = UserId,
        Status = Status,
        Amount = Amount,
        Currency = Currency,
        Authorized = Authorized,
        Captured = Captured,
        Refunded = Refunded,
        Capture = Capture,
        Provider = Provider,
        ProviderReference = Reference,
        DeclineCode = DeclineCode,
        NextAction = Status == PaymentStatus.RequiresAction ? NextAction : null,
        NeedsAttention = NeedsAttention,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        Version = Version,
        Timeline = Timeline,
        IsOpen = Operation is not null || Status == PaymentStatus.Created || Refunds.Any(refund => refund.IsOpen),
    };

    /// <summary>What the payment tells its order.</summary>
    public PaymentAccount ToAccount() => new()
    {
        Payment = Id,
        Version = Version,
        Authorized = Authorized,
        Captured = Captured,
        Refunded = Refunded,
        IsSecured = IsSecured,
        IsOver = PaymentLifecycle.IsOver(Status),
        Refunds =
        [
            .. Refunds.Where(refund => refund.Step is RefundStep.Succeeded or RefundStep.Failed)
                .Select(refund => new ConcludedRefund(refund.Id, refund.Code)),
        ],
    };

    private PaymentOperation Open =>
        Operation ?? throw new InvalidOperationException($"Payment {Id} has an outcome of an operation that was not requested.");

    private PaymentState Noted(PaymentEvent domainEvent, DateTimeOffset at)
    {
        var version = Version + 1;
        var name = Codec.NameOf(domainEvent);
        return this with
        {
            Version = version,
            Status = domainEvent.Trigger is not { } trigger ? Status : PaymentLifecycle.Next(Status, trigger)
                ?? throw new InvalidOperationException($"Payment {Id} cannot {trigger} while {Status}: its journal is corrupt."),
            UpdatedAt = at,
            Timeline = PaymentEvent.PublicNames.Contains(name) ? Timeline.Add(new TimelineEntry(version, name, at, domainEvent.Actor)) : Timeline,
        };
    }

    private PaymentState Created(PaymentCreated created, DateTimeOffset at) => this with
    {
        OrderId = created.Order,
        UserId = created.User,
        CreatedBy = created.By,
        Amount = created.Amount,
        Currency = created.Currency,
        Capture = created.Capture,
        Provider = created.Provider,
        CreatedAt = at,
        ReviewAt = created.DueAt,
    };

    private PaymentState Opened(
        OperationKind kind, int ordinal, long amount, DateTimeOffset dueAt, DateTimeOffset at, string? refund = null, bool compensation = false) =>
        this with
        {
            Operations = ordinal,
            Operation = new PaymentOperation
            {
                Kind = kind,
                Ordinal = ordinal,
                Amount = amount,
                RequestedAt = at,
                DueAt = dueAt,
                Refund = refund,
                Compensation = compensation,
            },
        };

    /// <summary>
    /// The open operation has its outcome. If it went well, it ends the attention that was called for before it was requested, and not what
    /// came up meanwhile, such as a dispute.
    /// </summary>
    private PaymentState Concluded(bool clears = true) => this with
    {
        Operation = null,
        LastOperation = Operation ?? LastOperation,
        NextAction = null,
        NeedsAttention = clears && Operation?.EndsAttention != false ? null : NeedsAttention,
        Doubt = null,
        ReviewAt = null,
    };

    private PaymentState With(PaymentRefund refund)
    {
        var index = Refunds.IndexOf(Refunds.FirstOrDefault(known => known.Id == refund.Id));
        return this with { Refunds = index < 0 ? Refunds.Add(refund) : Refunds.SetItem(index, refund) };
    }
}

/// <summary>A contradiction that the provider is being asked about.</summary>
/// <param name="Since">When it came up.</param>
/// <param name="Attempts">How often the provider did not say.</param>
/// <param name="DueAt">When it is asked next.</param>
public sealed record PaymentDoubt(DateTimeOffset Since, int Attempts, DateTimeOffset DueAt);

/// <summary>How far a refund is.</summary>
public enum RefundStep
{
    Queued,
    Requested,
    Succeeded,
    Failed,
}

/// <summary>A refund at the provider.</summary>
/// <param name="Id">The order's id of it, or the payment's own for a compensation.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Code">Why it failed, or null.</param>
public readonly record struct PaymentRefund(string Id, long Amount, RefundStep Step = RefundStep.Queued, string? Code = null)
{
    /// <summary>It is on its way.</summary>
    public bool IsOpen => Step is RefundStep.Queued or RefundStep.Requested;
}
