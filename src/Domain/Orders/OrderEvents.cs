using System.Text.Json.Serialization;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Orders;

/// <summary>What happened to an order. The journal type names are also the public event names.</summary>
public abstract record OrderEvent
{
    private protected OrderEvent(string by, OrderTrigger? trigger) => (By, Trigger) = (by, trigger);

    /// <summary>Who asked for it: a user id, or <c>system</c>.</summary>
    public string By { get; init; }

    /// <summary>How order events are written in the journal.</summary>
    public static EventCodec<OrderEvent> Codec { get; } = new EventCodec<OrderEvent>()
        .Add("order.placed", OrderEventJson.Default.OrderPlaced)
        .Add("order.amended", OrderEventJson.Default.OrderAmended)
        .Add("order.paid", OrderEventJson.Default.OrderPaid)
        .Add("order.packing_started", OrderEventJson.Default.OrderPackingStarted)
        .Add("order.shipped", OrderEventJson.Default.OrderShipped)
        .Add("order.received", OrderEventJson.Default.OrderReceived)
        .Add("order.completed", OrderEventJson.Default.OrderCompleted)
        .Add("order.cancelled", OrderEventJson.Default.OrderCancelled)
        .Add("order.expired", OrderEventJson.Default.OrderExpired)
        .Add("order.attempt_voided", OrderEventJson.Default.AttemptVoided);

    /// <summary>The names of the events that readers of an order see, and that webhooks can ask for.</summary>
    public static IReadOnlyList<string> PublicNames { get; } = [.. Codec.Names.Except([Codec.NameOf<AttemptVoided>()])];

    /// <summary>
    /// The transition that the event records, from which the status follows; null for an event that readers do not see. Not
    /// public, so that it is not written into the journal.
    /// </summary>
    internal OrderTrigger? Trigger { get; }
}

/// <summary>The order exists: every line is reserved and the total is held, under one attempt.</summary>
public sealed record OrderPlaced(
    string By,
    string UserId,
    long Attempt,
    IReadOnlyList<OrderLine> Lines,
    long Total,
    Address? ShippingAddress,
    string? Note,
    string? Fingerprint,
    DateTimeOffset ExpiresAt,
    string? ExternalReference = null,
    IReadOnlyDictionary<string, string>? Metadata = null) : OrderEvent(By, OrderTrigger.Place);

/// <summary>The order is now this; <paramref name="Attempt"/> took what it needed more, if anything.</summary>
public sealed record OrderAmended(
    string By,
    long? Attempt,
    IReadOnlyList<OrderLine> Lines,
    long Total,
    Address? ShippingAddress,
    string? Note) : OrderEvent(By, OrderTrigger.Amend);

/// <summary>The buyer has paid: from here on the hold is captured and the stock sold.</summary>
public sealed record OrderPaid(string By) : OrderEvent(By, OrderTrigger.Pay);

/// <summary>The warehouse has begun to pack.</summary>
public sealed record OrderPackingStarted(string By) : OrderEvent(By, OrderTrigger.Pack);

/// <summary>The parcel has left.</summary>
public sealed record OrderShipped(string By, Tracking Tracking) : OrderEvent(By, OrderTrigger.Ship);

/// <summary>The parcel has arrived.</summary>
public sealed record OrderReceived(string By) : OrderEvent(By, OrderTrigger.Receive);

/// <summary>The order is closed.</summary>
public sealed record OrderCompleted(string By) : OrderEvent(By, OrderTrigger.Complete);

/// <summary>The order is given up; what it took goes back.</summary>
public sealed record OrderCancelled(string By, string? Reason) : OrderEvent(By, OrderTrigger.Cancel);

/// <summary>The order was not paid in time; what it took goes back.</summary>
public sealed record OrderExpired(string By) : OrderEvent(By, OrderTrigger.Expire);

/// <summary>
/// An attempt that a stock item or wallet still keeps something for shall never win. The event takes the version that a frozen
/// activation would need for it.
/// </summary>
public sealed record AttemptVoided(string By, long Attempt) : OrderEvent(By, null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(OrderAmended))]
[JsonSerializable(typeof(OrderPaid))]
[JsonSerializable(typeof(OrderPackingStarted))]
[JsonSerializable(typeof(OrderShipped))]
[JsonSerializable(typeof(OrderReceived))]
[JsonSerializable(typeof(OrderCompleted))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(OrderExpired))]
[JsonSerializable(typeof(AttemptVoided))]
internal sealed partial class OrderEventJson : JsonSerializerContext;
