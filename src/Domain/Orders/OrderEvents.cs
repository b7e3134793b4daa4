using System.Text.Json.Serialization;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Orders;

/// <summary>What happened to an order. The journal type names are also the public event names.</summary>
public abstract record OrderEvent
{
    private protected OrderEvent(string by, OrderTrigger? trigger, bool isSeen = true) => (By, Trigger, IsSeen) = (by, trigger, isSeen);

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
        .Add("order.payment_started", OrderEventJson.Default.OrderPaymentStarted)
        .Add("order.payment_updated", OrderEventJson.Default.OrderPaymentUpdated)
        .Add("order.deadline_extended", OrderEventJson.Default.OrderDeadlineExtended)
        .Add("order.refund_requested", OrderEventJson.Default.OrderRefundRequested)
        .Add("order.refund_succeeded", OrderEventJson.Default.OrderRefundSucceeded)
        .Add("order.refund_failed", OrderEventJson.Default.OrderRefundFailed)
        .Add("order.attempt_voided", OrderEventJson.Default.AttemptVoided);

    /// <summary>The names of the events that readers of an order see, and that webhooks can ask for.</summary>
    public static IReadOnlyList<string> PublicNames { get; } = [.. Codec.Names.Except([Codec.NameOf<AttemptVoided>()])];

    /// <summary>
    /// The transition that the event records, from which the status follows; null for an event that moves no status. Not
    /// public, so that it is not written into the journal.
    /// </summary>
    internal OrderTrigger? Trigger { get; }

    /// <summary>Whether readers see the event, and with it another version of the order.</summary>
    internal bool IsSeen { get; }
}

/// <summary>The order exists: every line is reserved and the total is held, under one attempt.</summary>
/// <param name="PaymentMethod">Null for the wallet, as in events of earlier releases; with an external provider nothing is held.</param>
/// <param name="SettingsVariant">The variant of the settings that it was placed under, and keeps for life; null for none.</param>
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
    IReadOnlyDictionary<string, string>? Metadata = null,
    PaymentMethod? PaymentMethod = null,
    string? SettingsVariant = null) : OrderEvent(By, OrderTrigger.Place);

/// <summary>The order is now this; <paramref name="Attempt"/> took what it needed more, if anything.</summary>
public sealed record OrderAmended(
    string By,
    long? Attempt,
    IReadOnlyList<OrderLine> Lines,
    long Total,
    Address? ShippingAddress,
    string? Note) : OrderEvent(By, OrderTrigger.Amend);

/// <summary>The buyer has paid: from here on the hold is captured and the stock sold.</summary>
/// <param name="Payment">The external payment that has paid the order; null for the wallet.</param>
public sealed record OrderPaid(string By, string? Payment = null) : OrderEvent(By, OrderTrigger.Pay);

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
public sealed record AttemptVoided(string By, long Attempt) : OrderEvent(By, trigger: null, isSeen: false);

/// <summary>The order waits for this external payment and for no other; it is not amended meanwhile.</summary>
/// <param name="ExtendsTo">The deadline that the order gets if the payment is under way at its own; null if it had its one extension.</param>
public sealed record OrderPaymentStarted(string By, string Payment, DateTimeOffset? ExtendsTo) : OrderEvent(By, trigger: null);

/// <summary>An external payment has told the order where its money is, in minor units.</summary>
/// <param name="PaymentVersion">The payment's version that says so.</param>
/// <param name="Over">True when nothing more can come of the payment, so that another may start.</param>
public sealed record OrderPaymentUpdated(
    string By, string Payment, long PaymentVersion, long Authorized, long Captured, long Refunded, bool? Over = null) : OrderEvent(By, trigger: null);

/// <summary>The order has more time, because a payment was under way at its deadline.</summary>
public sealed record OrderDeadlineExtended(string By, DateTimeOffset ExpiresAt) : OrderEvent(By, trigger: null);

/// <summary>Part of what was captured goes back to the payer.</summary>
public sealed record OrderRefundRequested(string By, string Refund, long Amount, string Reason) : OrderEvent(By, trigger: null);

/// <summary>The refund has arrived: in the wallet, or at the provider.</summary>
public sealed record OrderRefundSucceeded(string By, string Refund) : OrderEvent(By, trigger: null);

/// <summary>The provider has refused the refund for good; nothing went back.</summary>
public sealed record OrderRefundFailed(string By, string Refund, string Code) : OrderEvent(By, trigger: null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(SnakeCaseEnum<PaymentMethod>)])]
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
[JsonSerializable(typeof(OrderPaymentStarted))]
[JsonSerializable(typeof(OrderPaymentUpdated))]
[JsonSerializable(typeof(OrderDeadlineExtended))]
[JsonSerializable(typeof(OrderRefundRequested))]
[JsonSerializable(typeof(OrderRefundSucceeded))]
[JsonSerializable(typeof(OrderRefundFailed))]
internal sealed partial class OrderEventJson : JsonSerializerContext;
