using System.Collections.Immutable;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Orders;

/// <summary>An order as its events have made it.</summary>
public sealed record OrderState : IAggregate<OrderState, OrderEvent>
{
    public required string Id { get; init; }
    public long Version { get; init; }
    public OrderStatus Status { get; init; }
    public string UserId { get; init; } = "";
    public IReadOnlyList<OrderLine> Lines { get; init; } = [];
    public long Total { get; init; }
    public Address? ShippingAddress { get; init; }
    public string? Note { get; init; }
    public string? Fingerprint { get; init; }
    public string? ExternalReference { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
    public Tracking? Tracking { get; init; }
    public string? CancelReason { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The attempts whose reservations and holds are part of the order.</summary>
    public ImmutableArray<long> Accepted { get; init; } = [];

    /// <summary>The attempts that shall never win.</summary>
    public ImmutableArray<long> Voided { get; init; } = [];

    public ImmutableArray<TimelineEntry> Timeline { get; init; } = [];

    /// <summary>Who pays the order.</summary>
    public PaymentMethod PaymentMethod { get; init; }

    /// <summary>The variant of the settings that it was placed under; null for none.</summary>
    public string? SettingsVariant { get; init; }

    /// <summary>The external payment that the order waits for, or null.</summary>
    public string? OpenPayment { get; init; }

    /// <summary>The external payment that has paid the order, or null.</summary>
    public string? PaidBy { get; init; }

    /// <summary>Whether the order was ever paid.</summary>
    public bool HasPaid { get; init; }

    /// <summary>The deadline that an order gets whose payment is under way at its own; null before the first payment.</summary>
    public DateTimeOffset? ExtendsTo { get; init; }

    /// <summary>The order has had its one extension.</summary>
    public bool IsExtended { get; init; }

    /// <summary>What external payments have told the order about their money, oldest first.</summary>
    public ImmutableArray<OrderPayment> Payments { get; init; } = [];

    /// <summary>The refunds that the order has decided, oldest first.</summary>
    public ImmutableArray<OrderRefund> Refunds { get; init; } = [];

    /// <inheritdoc/>
    public static EventCodec<OrderEvent> Codec => OrderEvent.Codec;

    /// <inheritdoc/>
    public static OrderState Initial(string key) => new() { Id = key };

    /// <inheritdoc/>
    public static string StreamOf(string key) => JournalStream.OfOrder(key);

    /// <summary>
    /// The version of the last event that its readers see. Voiding an attempt changes nothing for them, so it must not make
    /// the version stale that they hold.
    /// </summary>
    public long VisibleVersion => Timeline.IsEmpty ? 0 : Timeline[^1].Version;

    /// <summary>Whether the order was ever placed.</summary>
    public bool Exists => Status != OrderStatus.None;

    /// <summary>When the order expires; null once it no longer can.</summary>
    public DateTimeOffset? Deadline => OrderLifecycle.Next(Status, OrderTrigger.Expire) is null ? null : ExpiresAt;

    /// <summary>
    /// What callers may do now. An order that an external provider pays is not paid from the wallet, and one whose money is not there any more
    /// is not sent.
    /// </summary>
    public IReadOnlyList<string> AllowedActions =>
        PaymentMethod != PaymentMethod.External || Total == 0 ? OrderLifecycle.AllowedActions(Status)
        : OrderMoney.IsUncovered(this) ? OrderLifecycle.AllowedActionsUncovered(Status)
        : OrderLifecycle.AllowedActionsWithoutPaying(Status);

    /// <summary>Whether the order has another right to stock and money than before, so that those who keep them must be told.</summary>
    /// <param name="before">An earlier state of the order.</param>
    public bool ClaimsOtherThan(OrderState before)
    {
        ArgumentNullException.ThrowIfNull(before);
        return OrderLifecycle.PhaseOf(Status) != OrderLifecycle.PhaseOf(before.Status)
            || Total != before.Total
            || !Lines.SequenceEqual(before.Lines)
            || !Accepted.AsSpan().SequenceEqual(before.Accepted.AsSpan())
            || Refunds.Length != before.Refunds.Length;
    }

    /// <inheritdoc/>
    public OrderState Apply(OrderEvent domainEvent, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        var version = Version + 1;
        var next = this with
        {
            Version = version,
            Status = domainEvent.Trigger is { } trigger ? Moved(trigger) : Status,
            UpdatedAt = domainEvent.IsSeen ? at : UpdatedAt,
            Timeline = domainEvent.IsSeen
                ? Timeline.Add(new TimelineEntry(version, OrderEvent.Codec.NameOf(domainEvent), at, domainEvent.By))
                : Timeline,
        };
        return domainEvent switch
        {
            OrderPlaced placed => next.Placed(placed, at),
            OrderAmended amended => next.Amended(amended),
            OrderShipped shipped => next with { Tracking = shipped.Tracking },
            OrderCancelled cancelled => next with { CancelReason = cancelled.Reason },
            OrderPaid paid => next with { HasPaid = true, PaidBy = paid.Payment, OpenPayment = null },
            OrderPaymentStarted started => next with
            {
                OpenPayment = started.Payment,
                ExtendsTo = started.ExtendsTo,
                Payments = Payments.Add(new OrderPayment(started.Payment, 0, 0, 0, 0)),
            },
            OrderPaymentUpdated updated => next.Updated(updated),
            OrderDeadlineExtended extended => next with { ExpiresAt = extended.ExpiresAt, IsExtended = true },
            OrderRefundRequested refund => next with
            {
                Refunds = Refunds.Add(new OrderRefund(refund.Refund, refund.Amount, refund.Reason, RefundStatus.Pending, refund.By, at)),
            },
            OrderRefundSucceeded succeeded => next.Concluded(succeeded.Refund, RefundStatus.Succeeded, code: null),
            OrderRefundFailed failed => next.Concluded(failed.Refund, RefundStatus.Failed, failed.Code),
            OrderPackingStarted or OrderReceived or OrderCompleted or OrderExpired => next,
            AttemptVoided voided => next with { Voided = Voided.Add(voided.Attempt) },
            _ => throw new InvalidOperationException($"An order has no event {domainEvent.GetType().Name}."),
        };
    }

    /// <summary>The order as its readers see it.</summary>
    public Order ToOrder() => new()
    {
        Id = Id,
        UserId = UserId,
        Status = Status,
        Lines = Lines,
        Total = Total,
        ShippingAddress = ShippingAddress,
        Note = Note,
        Tracking = Tracking,
        CancelReason = CancelReason,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        ExpiresAt = Deadline,
        Version = VisibleVersion,
        AllowedActions = AllowedActions,
        Timeline = Timeline,
        ExternalReference = ExternalReference,
        Metadata = Metadata,
        PaymentMethod = PaymentMethod,
        Amounts = OrderMoney.AmountsOf(this),
        PaymentStatus = OrderMoney.StatusOf(this),
        Refunds = Refunds.IsEmpty ? null : Refunds,
        Payments = Payments.IsEmpty ? null : [.. Payments.Select(payment => payment.Id)],
        SettingsVariant = SettingsVariant,
    };

    /// <summary>What the order has decided about the stock and money it claims.</summary>
    public OrderStanding ToStanding() => new()
    {
        OrderId = Id,
        Version = Version,
        Phase = OrderLifecycle.PhaseOf(Status),
        Lines = [.. Lines.Select(line => new RequestedLine(line.Sku, line.Quantity))],
        Total = Total,
        Accepted = Accepted,
        Method = PaymentMethod,
        Payment = PaidBy ?? OpenPayment,
        Refunds = Refunds.IsEmpty ? null : [.. Refunds.Select(refund => new DecidedRefund(refund.Id, refund.Amount))],
    };

    /// <summary>The last event of a type that readers have seen; the default before the first.</summary>
    public TimelineEntry LastOf<TEvent>()
        where TEvent : OrderEvent
    {
        var name = OrderEvent.Codec.NameOf<TEvent>();
        return Timeline.LastOrDefault(entry => entry.Type == name);
    }

    /// <summary>The version that readers saw before the last event of a type; null without one.</summary>
    public long? VersionBefore<TEvent>()
        where TEvent : OrderEvent
    {
        var index = Timeline.IndexOf(LastOf<TEvent>());
        return index < 1 ? null : Timeline[index - 1].Version;
    }

    /// <summary>
    /// The external payments that follow the order's standing: those that are not over, and the one that has paid the order, of which an
    /// operator may be looking at what has become of the money.
    /// </summary>
    public IEnumerable<string> FollowingPayments => Payments.Where(payment => !payment.IsOver || payment.Id == PaidBy).Select(payment => payment.Id);

    /// <summary>What an external payment has told the order, or null if the order never waited for it.</summary>
    public OrderPayment? PaymentOf(string payment) => Payments.FirstOrDefault(known => known.Id == payment);

    private OrderState Placed(OrderPlaced placed, DateTimeOffset at) => this with
    {
        UserId = placed.UserId ?? throw Incomplete(placed),
        Lines = placed.Lines ?? throw Incomplete(placed),
        Total = placed.Total,
        ShippingAddress = placed.ShippingAddress,
        Note = placed.Note,
        Fingerprint = placed.Fingerprint,
        ExternalReference = placed.ExternalReference,
        Metadata = placed.Metadata,
        CreatedAt = at,
        ExpiresAt = placed.ExpiresAt,
        Accepted = [placed.Attempt],
        PaymentMethod = placed.PaymentMethod ?? PaymentMethod.Wallet,
        SettingsVariant = placed.SettingsVariant,
    };

    private OrderState Amended(OrderAmended amended) => this with
    {
        Lines = amended.Lines ?? throw Incomplete(amended),
        Total = amended.Total,
        ShippingAddress = amended.ShippingAddress,
        Note = amended.Note,
        Accepted = amended.Attempt is { } attempt ? Accepted.Add(attempt) : Accepted,
    };

    /// <summary>A damaged payload can lack what the type promises.</summary>
    private static InvalidOperationException Incomplete(OrderEvent damaged) => new($"The payload of {OrderEvent.Codec.NameOf(damaged)} is incomplete.");

    private OrderState Updated(OrderPaymentUpdated updated)
    {
        var known = PaymentOf(updated.Payment)
            ?? throw new InvalidOperationException($"Order {Id} never waited for payment {updated.Payment}: its journal is corrupt.");
        return this with
        {
            Payments = Payments.Replace(known, new OrderPayment(
                updated.Payment, updated.PaymentVersion, updated.Authorized, updated.Captured, updated.Refunded, updated.Over == true)),
            OpenPayment = updated.Over == true && OpenPayment == updated.Payment ? null : OpenPayment,
        };
    }

    private OrderState Concluded(string refund, RefundStatus status, string? code)
    {
        var known = Refunds.FirstOrDefault(decided => decided.Id == refund)
            ?? throw new InvalidOperationException($"Order {Id} never decided refund {refund}: its journal is corrupt.");
        return this with { Refunds = Refunds.Replace(known, known with { Status = status, Code = code }) };
    }

    private OrderStatus Moved(OrderTrigger trigger) => OrderLifecycle.Next(Status, trigger)
        ?? throw new InvalidOperationException($"Order {Id} cannot {trigger} while {Status}: its journal is corrupt.");
}

/// <summary>What an external payment has told its order, in minor units.</summary>
/// <param name="Id">The payment.</param>
/// <param name="Version">The payment's version that said so; 0 when it has not said anything yet.</param>
/// <param name="IsOver">Nothing more can come of it.</param>
public sealed record OrderPayment(string Id, long Version, long Authorized, long Captured, long Refunded, bool IsOver = false);
