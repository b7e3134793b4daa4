using System.Collections.Immutable;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Orders;

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

    /// <summary>Whether the order has another right to stock and money than before, so that those who keep them must be told.</summary>
    /// <param name="before">An earlier state of the order.</param>
    public bool ClaimsOtherThan(OrderState before)
    {
        ArgumentNullException.ThrowIfNull(before);
        return OrderLifecycle.PhaseOf(Status) != OrderLifecycle.PhaseOf(before.Status)
            || Total != before.Total
            || !Lines.SequenceEqual(before.Lines)
            || !Accepted.AsSpan().SequenceEqual(before.Accepted.AsSpan());
    }

    /// <inheritdoc/>
    public OrderState Apply(OrderEvent domainEvent, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        var next = this with { Version = Version + 1 };
        next = domainEvent.Trigger is { } trigger ? next.Moved(domainEvent, trigger, at) : next;
        return domainEvent switch
        {
            OrderPlaced placed => next.Placed(placed, at),
            OrderAmended amended => next.Amended(amended),
            OrderShipped shipped => next with { Tracking = shipped.Tracking },
            OrderCancelled cancelled => next with { CancelReason = cancelled.Reason },
            OrderPaid or OrderPackingStarted or OrderReceived or OrderCompleted or OrderExpired => next,
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
        AllowedActions = OrderLifecycle.AllowedActions(Status),
        Timeline = Timeline,
        ExternalReference = ExternalReference,
        Metadata = Metadata,
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
    };

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

    private OrderState Moved(OrderEvent domainEvent, OrderTrigger trigger, DateTimeOffset at) => this with
    {
        Status = OrderLifecycle.Next(Status, trigger)
            ?? throw new InvalidOperationException($"Order {Id} cannot {trigger} while {Status}: its journal is corrupt."),
        UpdatedAt = at,
        Timeline = Timeline.Add(new TimelineEntry(Version, OrderEvent.Codec.NameOf(domainEvent), at, domainEvent.By)),
    };
}
