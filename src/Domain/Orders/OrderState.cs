using System.Collections.Immutable;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Orders;

/// <summary>An order as its events have made it.</summary>
public sealed record OrderState : IAggregate<OrderState, OrderEvent>
{
    private const string StreamPrefix = "order/";

    public required string Id { get; init; }
    public long Version { get; init; }
    public OrderStatus Status { get; init; }
    public string UserId { get; init; } = "";
    public IReadOnlyList<OrderLine> Lines { get; init; } = [];
    public long Total { get; init; }
    public Address? ShippingAddress { get; init; }
    public string? Note { get; init; }
    public string? Fingerprint { get; init; }
    public Tracking? Tracking { get; init; }
    public string? CancelReason { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether it was paid; a cancelled order that was gets a refund.</summary>
    public bool WasPaid { get; init; }

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
    public static string StreamOf(string key) => StreamPrefix + key;

    /// <summary>
    /// The version of the last event that its readers see. Voiding an attempt changes nothing for them, so it must not make
    /// the version stale that they hold.
    /// </summary>
    public long VisibleVersion => Timeline.IsEmpty ? 0 : Timeline[^1].Version;

    /// <summary>Whether another state has the same lines, address and note: what an amendment can change.</summary>
    public bool SaysTheSameAs(OrderState other) =>
        Lines.SequenceEqual(other.Lines) && ShippingAddress == other.ShippingAddress && Note == other.Note;

    /// <summary>Whether the order was ever placed.</summary>
    public bool Exists => Status != OrderStatus.None;

    /// <inheritdoc/>
    public OrderState Apply(OrderEvent domainEvent, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        var next = this with { Version = Version + 1 };
        return domainEvent switch
        {
            OrderPlaced placed => next.Placed(placed, at),
            OrderAmended amended => next.Amended(amended, at),
            OrderPaid => next.Moved(domainEvent, OrderTrigger.Pay, at) with { WasPaid = true },
            OrderPackingStarted => next.Moved(domainEvent, OrderTrigger.Pack, at),
            OrderShipped shipped => next.Moved(domainEvent, OrderTrigger.Ship, at) with { Tracking = shipped.Tracking },
            OrderReceived => next.Moved(domainEvent, OrderTrigger.Receive, at),
            OrderCompleted => next.Moved(domainEvent, OrderTrigger.Complete, at),
            OrderCancelled cancelled => next.Moved(domainEvent, OrderTrigger.Cancel, at) with { CancelReason = cancelled.Reason },
            OrderExpired => next.Moved(domainEvent, OrderTrigger.Expire, at),
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
        ExpiresAt = Status == OrderStatus.Pending ? ExpiresAt : null,
        Version = VisibleVersion,
        AllowedActions = OrderLifecycle.AllowedActions(Status),
        Timeline = Timeline,
    };

    /// <summary>What the order has decided about the stock and money it claims.</summary>
    public OrderStanding ToStanding() => new()
    {
        OrderId = Id,
        Version = Version,
        Phase = Status switch
        {
            OrderStatus.Pending => ClaimPhase.Secured,
            OrderStatus.Paid or OrderStatus.Packing => ClaimPhase.Settled,
            OrderStatus.Shipped or OrderStatus.Received or OrderStatus.Completed => ClaimPhase.Closed,
            _ => ClaimPhase.None,
        },
        Lines = [.. Lines.Select(line => new RequestedLine(line.Sku, line.Quantity))],
        Total = Total,
        Accepted = Accepted,
    };

    private OrderState Placed(OrderPlaced placed, DateTimeOffset at) => Moved(placed, OrderTrigger.Place, at) with
    {
        UserId = placed.UserId,
        Lines = placed.Lines,
        Total = placed.Total,
        ShippingAddress = placed.ShippingAddress,
        Note = placed.Note,
        Fingerprint = placed.Fingerprint,
        CreatedAt = at,
        ExpiresAt = placed.ExpiresAt,
        Accepted = [placed.Attempt],
    };

    private OrderState Amended(OrderAmended amended, DateTimeOffset at) => Moved(amended, OrderTrigger.Amend, at) with
    {
        Lines = amended.Lines,
        Total = amended.Total,
        ShippingAddress = amended.ShippingAddress,
        Note = amended.Note,
        Accepted = amended.Attempt is { } attempt ? Accepted.Add(attempt) : Accepted,
    };

    private OrderState Moved(OrderEvent domainEvent, OrderTrigger trigger, DateTimeOffset at) => this with
    {
        Status = OrderLifecycle.Next(Status, trigger)
            ?? throw new InvalidOperationException($"Order {Id} cannot {trigger} while {Status}: its journal is corrupt."),
        UpdatedAt = at,
        Timeline = Timeline.Add(new TimelineEntry(Version, OrderEvent.Codec.NameOf(domainEvent), at, domainEvent.By)),
    };
}
