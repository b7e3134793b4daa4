namespace Granary.Grains.Interfaces.Webhooks;

/// <summary>Registers a webhook.</summary>
/// <param name="Url">The URL that receives the events.</param>
/// <param name="Events">Names of public events, at least one.</param>
/// <param name="By">The acting user.</param>
[GenerateSerializer, Immutable, Alias("granary.register-webhook")]
public sealed record RegisterWebhook(
    [property: Id(0)] string Url,
    [property: Id(1)] IReadOnlyList<string> Events,
    [property: Id(2)] string By);

/// <summary>Changes a webhook; a member that is null leaves its part as it is.</summary>
/// <param name="Id">The webhook.</param>
/// <param name="Url">The URL that receives the events.</param>
/// <param name="Events">Names of public events, at least one.</param>
/// <param name="Enabled">Whether events are sent.</param>
[GenerateSerializer, Immutable, Alias("granary.update-webhook")]
public sealed record UpdateWebhook(
    [property: Id(0)] string Id,
    [property: Id(1)] string? Url,
    [property: Id(2)] IReadOnlyList<string>? Events,
    [property: Id(3)] bool? Enabled);

/// <summary>What became of a test message, or a refusal.</summary>
/// <param name="Id">The message id.</param>
/// <param name="StatusCode">The HTTP status of the response; null if there was none.</param>
/// <param name="Error">Why there was no response.</param>
/// <param name="Duration">How long the attempt took.</param>
[GenerateSerializer, Immutable, Alias("granary.webhook-test-reply")]
public sealed record WebhookTestReply(
    [property: Id(0)] string Id,
    [property: Id(1)] int? StatusCode,
    [property: Id(2)] string? Error,
    [property: Id(3)] TimeSpan Duration,
    [property: Id(4)] Refusal? Refusal = null);

/// <summary>A webhook: a URL that receives events.</summary>
/// <param name="DisabledReason">Why no events are sent any more; null while it is enabled.</param>
[GenerateSerializer, Immutable, Alias("granary.webhook")]
public sealed record Webhook(
    [property: Id(0)] string Id,
    [property: Id(1)] string Url,
    [property: Id(2)] IReadOnlyList<string> Events,
    [property: Id(3)] string? DisabledReason,
    [property: Id(4)] DateTimeOffset CreatedAt,
    [property: Id(5)] string CreatedBy);

/// <summary>A webhook, or a refusal.</summary>
/// <param name="Secret">The secret that signs its messages; only returned at registration and when it is new.</param>
[GenerateSerializer, Immutable, Alias("granary.webhook-reply")]
public sealed record WebhookReply(
    [property: Id(0)] Webhook? Webhook,
    [property: Id(1)] string? Secret = null,
    [property: Id(2)] Refusal? Refusal = null);

/// <summary>A page of webhooks.</summary>
/// <param name="More">Whether more webhooks follow.</param>
[GenerateSerializer, Immutable, Alias("granary.webhook-page")]
public sealed record WebhookPage([property: Id(0)] IReadOnlyList<Webhook> Webhooks, [property: Id(1)] bool More);

/// <summary>The state of a delivery.</summary>
public enum DeliveryStatus
{
    /// <summary>The event will be sent, for the first time or again.</summary>
    Pending,

    /// <summary>The receiver has accepted it.</summary>
    Delivered,

    /// <summary>It was given up: the receiver did not accept it in time, or its webhook was disabled.</summary>
    Dead,
}

/// <summary>The delivery of one event to one webhook.</summary>
/// <param name="Id">The message id, the same for every attempt.</param>
/// <param name="Type">The event's name.</param>
/// <param name="OrderId">The order; empty where the event is of no order.</param>
/// <param name="Version">The event's version in its stream.</param>
/// <param name="Attempts">Attempts since the delivery was last requested.</param>
/// <param name="LastAttemptAt">When the last attempt ended.</param>
/// <param name="StatusCode">The HTTP status of the last response; null if there was none.</param>
/// <param name="Error">Why there was no response, or why the delivery was given up.</param>
/// <param name="Duration">How long the last attempt took.</param>
/// <param name="NextAttemptAt">When the next attempt is due, while pending.</param>
/// <param name="Stream">What the event happened to, such as <c>order/01jd…</c>; null from a silo of release 0.1.0.</param>
[GenerateSerializer, Immutable, Alias("granary.webhook-delivery")]
public sealed record WebhookDelivery(
    [property: Id(0)] string Id,
    [property: Id(1)] string Type,
    [property: Id(2)] string OrderId,
    [property: Id(3)] long Version,
    [property: Id(4)] DeliveryStatus Status,
    [property: Id(5)] int Attempts,
    [property: Id(6)] DateTimeOffset CreatedAt,
    [property: Id(7)] DateTimeOffset? LastAttemptAt,
    [property: Id(8)] int? StatusCode,
    [property: Id(9)] string? Error,
    [property: Id(10)] TimeSpan? Duration,
    [property: Id(11)] DateTimeOffset? NextAttemptAt,
    [property: Id(12)] string? Stream = null);

/// <summary>A delivery, or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("granary.webhook-delivery-reply")]
public sealed record DeliveryReply([property: Id(0)] WebhookDelivery? Delivery, [property: Id(1)] Refusal? Refusal = null);

/// <summary>A delivery's place in the log.</summary>
[GenerateSerializer, Immutable, Alias("granary.webhook-delivery-place")]
public readonly record struct DeliveryPlace([property: Id(0)] DateTimeOffset CreatedAt, [property: Id(1)] string Id);

/// <summary>A page of deliveries.</summary>
/// <param name="More">Whether more deliveries follow.</param>
[GenerateSerializer, Immutable, Alias("granary.webhook-delivery-page")]
public sealed record DeliveryPage([property: Id(0)] IReadOnlyList<WebhookDelivery> Deliveries, [property: Id(1)] bool More);

/// <summary>The webhook database cannot be reached.</summary>
[GenerateSerializer, Alias("granary.webhooks-unavailable")]
public sealed class WebhooksUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
