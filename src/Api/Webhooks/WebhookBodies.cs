using System.ComponentModel.DataAnnotations;
using Granary.Api.Docs;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Webhooks;

namespace Granary.Api.Webhooks;

/// <summary>The body of <c>POST /webhooks</c>.</summary>
public sealed record RegisterWebhookRequest
{
    /// <summary>An <c>https</c> URL on the public internet.</summary>
    [Required]
    public string? Url { get; init; }

    /// <summary>The events to subscribe to, such as <c>order.paid</c>.</summary>
    [Required]
    public IReadOnlyList<string>? Events { get; init; }
}

/// <summary>The body of <c>PATCH /webhooks/{id}</c>: what is absent stays as it is.</summary>
public sealed record UpdateWebhookRequest
{
    /// <summary>An <c>https</c> URL on the public internet.</summary>
    public string? Url { get; init; }

    /// <summary>The events to subscribe to, instead of the present ones.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>Whether events are sent.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>What became of a test message.</summary>
/// <param name="Id">The header <c>webhook-id</c> of the message.</param>
/// <param name="Delivered">Whether the receiver accepted it: with 2xx.</param>
/// <param name="DurationMs">How long the attempt took, in milliseconds.</param>
/// <param name="StatusCode">The HTTP status of the response; absent if there was none.</param>
/// <param name="Error">Why there was no response.</param>
public sealed record WebhookTestBody(string Id, bool Delivered, long DurationMs, int? StatusCode = null, string? Error = null);

/// <summary>A webhook.</summary>
/// <param name="Status"><c>enabled</c>, or <c>disabled</c> by an operator or after the receiver answered 410.</param>
/// <param name="Secret">Signs the messages; only in the response to the registration and to a rotation.</param>
public sealed record WebhookBody(
    string Id,
    string Url,
    IReadOnlyList<string> Events,
    [property: Choices("enabled", "disabled")] string Status,
    DateTime CreatedAt,
    string CreatedBy,
    string? DisabledReason = null,
    string? Secret = null)
{
    /// <summary>Converts a webhook to its body.</summary>
    public static WebhookBody From(Webhook webhook, string? secret = null) => new(
        webhook.Id,
        webhook.Url,
        webhook.Events,
        webhook.DisabledReason is null ? "enabled" : "disabled",
        webhook.CreatedAt.UtcDateTime,
        webhook.CreatedBy,
        webhook.DisabledReason,
        secret);
}

/// <summary>A page of webhooks.</summary>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record WebhookListBody(IReadOnlyList<WebhookBody> Data, string? NextCursor = null);

/// <summary>The events that a webhook can subscribe to, such as <c>order.paid</c>.</summary>
public sealed record EventTypeListBody(IReadOnlyList<string> Data);

/// <summary>The delivery of one event to one webhook.</summary>
/// <param name="Id">The header <c>webhook-id</c> of every attempt.</param>
/// <param name="Version">The event's version in its stream.</param>
/// <param name="OrderId">The order; absent where the event is of no order.</param>
/// <param name="Stream">What the event happened to, such as <c>order/01jd…</c> or <c>stock/CUP</c>.</param>
/// <param name="Status"><c>pending</c>, <c>delivered</c> or <c>dead</c>.</param>
/// <param name="Attempts">Attempts since the delivery was last requested.</param>
/// <param name="StatusCode">The HTTP status of the last response.</param>
/// <param name="Error">Why there was no response, or why the delivery was given up.</param>
/// <param name="DurationMs">How long the last attempt took, in milliseconds.</param>
/// <param name="NextAttemptAt">When the next attempt is due, while pending.</param>
public sealed record DeliveryBody(
    string Id,
    string Type,
    long Version,
    [property: Choices(typeof(DeliveryStatus))] string Status,
    int Attempts,
    DateTime CreatedAt,
    string? OrderId = null,
    string? Stream = null,
    DateTime? LastAttemptAt = null,
    int? StatusCode = null,
    string? Error = null,
    long? DurationMs = null,
    DateTime? NextAttemptAt = null)
{
    /// <summary>Converts a delivery to its body.</summary>
    public static DeliveryBody From(WebhookDelivery delivery) => new(
        delivery.Id,
        delivery.Type,
        delivery.Version,
        Words.Of(delivery.Status),
        delivery.Attempts,
        delivery.CreatedAt.UtcDateTime,
        delivery.OrderId.Length > 0 ? delivery.OrderId : null,
        delivery.Stream,
        delivery.LastAttemptAt?.UtcDateTime,
        delivery.StatusCode,
        delivery.Error,
        (long?)delivery.Duration?.TotalMilliseconds,
        delivery.NextAttemptAt?.UtcDateTime);
}

/// <summary>A page of deliveries, newest first.</summary>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record DeliveryListBody(IReadOnlyList<DeliveryBody> Data, string? NextCursor = null);
