namespace Granary.Grains.Interfaces.Webhooks;

/// <summary>Registers a webhook.</summary>
/// <param name="Url">Where to send events.</param>
/// <param name="Events">Names of <see cref="WebhookEvents"/>, at least one.</param>
/// <param name="By">The acting user.</param>
[GenerateSerializer, Immutable, Alias("granary.register-webhook")]
public sealed record RegisterWebhook(
    [property: Id(0)] string Url,
    [property: Id(1)] IReadOnlyList<string> Events,
    [property: Id(2)] string By);

/// <summary>Where somebody wants to be told of events.</summary>
/// <param name="DisabledReason">Why nothing is sent any more; null while it is enabled.</param>
[GenerateSerializer, Immutable, Alias("granary.webhook")]
public sealed record Webhook(
    [property: Id(0)] string Id,
    [property: Id(1)] string Url,
    [property: Id(2)] IReadOnlyList<string> Events,
    [property: Id(3)] string? DisabledReason,
    [property: Id(4)] DateTimeOffset CreatedAt,
    [property: Id(5)] string CreatedBy);

/// <summary>A webhook, or why not.</summary>
/// <param name="Secret">The secret that signs its messages; only told when it is registered.</param>
[GenerateSerializer, Immutable, Alias("granary.webhook-reply")]
public sealed record WebhookReply(
    [property: Id(0)] Webhook? Webhook,
    [property: Id(1)] string? Secret = null,
    [property: Id(2)] Refusal? Refusal = null);

/// <summary>A page of webhooks.</summary>
/// <param name="More">Whether others follow.</param>
[GenerateSerializer, Immutable, Alias("granary.webhook-page")]
public sealed record WebhookPage([property: Id(0)] IReadOnlyList<Webhook> Webhooks, [property: Id(1)] bool More);

/// <summary>How far a delivery is.</summary>
public enum DeliveryStatus
{
    /// <summary>It is to be sent, for the first time or again.</summary>
    Pending,

    /// <summary>The receiver has taken it.</summary>
    Delivered,

    /// <summary>It was given up: the receiver did not take it in time, or its webhook was disabled.</summary>
    Dead,
}

/// <summary>One event on its way to one webhook.</summary>
/// <param name="Id">The message id, the same at every attempt.</param>
/// <param name="Type">The event's name.</param>
/// <param name="Version">The order's version that the event led to.</param>
/// <param name="Attempts">Attempts so far, since it was last asked for.</param>
/// <param name="LastAttemptAt">When the last attempt ended.</param>
/// <param name="StatusCode">The HTTP status of the last answer; null when there was none.</param>
/// <param name="Error">Why there was no answer, or why it was given up.</param>
/// <param name="Duration">How long the last attempt took.</param>
/// <param name="NextAttemptAt">When it is sent next, while pending.</param>
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
    [property: Id(11)] DateTimeOffset? NextAttemptAt);

/// <summary>A delivery, or why not.</summary>
[GenerateSerializer, Immutable, Alias("granary.webhook-delivery-reply")]
public sealed record DeliveryReply([property: Id(0)] WebhookDelivery? Delivery, [property: Id(1)] Refusal? Refusal = null);

/// <summary>A delivery's place in the log.</summary>
[GenerateSerializer, Immutable, Alias("granary.webhook-delivery-place")]
public readonly record struct DeliveryPlace([property: Id(0)] DateTimeOffset CreatedAt, [property: Id(1)] string Id);

/// <summary>A page of deliveries.</summary>
/// <param name="More">Whether others follow.</param>
[GenerateSerializer, Immutable, Alias("granary.webhook-delivery-page")]
public sealed record DeliveryPage([property: Id(0)] IReadOnlyList<WebhookDelivery> Deliveries, [property: Id(1)] bool More);

/// <summary>The database of the webhooks is out of reach.</summary>
[GenerateSerializer, Alias("granary.webhooks-unavailable")]
public sealed class WebhooksUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
