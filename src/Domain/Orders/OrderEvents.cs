using System.Text.Json.Serialization;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Orders;

/// <summary>What happened to an order. The journal type names are also the public event names.</summary>
/// <param name="By">Who asked for it: a user id, or <c>system</c>.</param>
public abstract record OrderEvent(string By)
{
    /// <summary>The type name of <see cref="OrderPlaced"/>.</summary>
    public const string PlacedType = "order.placed";

    /// <summary>How order events are written in the journal.</summary>
    public static EventCodec<OrderEvent> Codec { get; } = new EventCodec<OrderEvent>()
        .Add(PlacedType, OrderEventJson.Default.OrderPlaced)
        .Add("order.amended", OrderEventJson.Default.OrderAmended)
        .Add("order.paid", OrderEventJson.Default.OrderPaid)
        .Add("order.packing_started", OrderEventJson.Default.OrderPackingStarted)
        .Add("order.shipped", OrderEventJson.Default.OrderShipped)
        .Add("order.received", OrderEventJson.Default.OrderReceived)
        .Add("order.completed", OrderEventJson.Default.OrderCompleted)
        .Add("order.cancelled", OrderEventJson.Default.OrderCancelled)
        .Add("order.expired", OrderEventJson.Default.OrderExpired)
        .Add("order.attempt_voided", OrderEventJson.Default.AttemptVoided);
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
    DateTimeOffset ExpiresAt) : OrderEvent(By);

/// <summary>The order is now this; <paramref name="Attempt"/> took what it needed more, if anything.</summary>
public sealed record OrderAmended(
    string By,
    long? Attempt,
    IReadOnlyList<OrderLine> Lines,
    long Total,
    Address? ShippingAddress,
    string? Note) : OrderEvent(By);

/// <summary>The buyer has paid: from here on the hold is captured and the stock sold.</summary>
public sealed record OrderPaid(string By) : OrderEvent(By);

/// <summary>The warehouse has begun to pack.</summary>
public sealed record OrderPackingStarted(string By) : OrderEvent(By);

/// <summary>The parcel has left; nothing can be refunded through a cancellation any more.</summary>
public sealed record OrderShipped(string By, Tracking Tracking) : OrderEvent(By);

/// <summary>The parcel has arrived.</summary>
public sealed record OrderReceived(string By) : OrderEvent(By);

/// <summary>The order is closed.</summary>
public sealed record OrderCompleted(string By) : OrderEvent(By);

/// <summary>The order is given up; what it took goes back.</summary>
public sealed record OrderCancelled(string By, string? Reason) : OrderEvent(By);

/// <summary>The order was not paid in time; what it took goes back.</summary>
public sealed record OrderExpired(string By) : OrderEvent(By);

/// <summary>
/// An attempt that somebody still keeps something for shall never win. The event takes the version that a frozen activation
/// would need for it.
/// </summary>
public sealed record AttemptVoided(string By, long Attempt) : OrderEvent(By);

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
