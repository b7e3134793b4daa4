using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Webhooks;

/// <summary>Manages webhooks and reports the outcome of their deliveries. Any activation answers; the key is 0.</summary>
/// <remarks>Every member throws <see cref="WebhooksUnavailableException"/> while the database cannot be reached.</remarks>
[Alias("granary.webhook-desk"), Version(1)]
public interface IWebhookDesk : IGrainWithIntegerKey
{
    /// <summary>Registers a webhook. It gets the events from then on, and possibly an event from just before.</summary>
    /// <returns>The webhook with its secret, or <see cref="InvalidValue"/> if the target is not allowed or an event is unknown.</returns>
    [Alias("register")]
    Task<WebhookReply> Register(RegisterWebhook command);

    /// <summary>A webhook, or <see cref="NotFound"/>.</summary>
    [Alias("get")]
    Task<WebhookReply> Get(string id);

    /// <summary>Webhooks in the order of their registration, after a given one.</summary>
    [Alias("list")]
    Task<WebhookPage> List(int limit, string? after);

    /// <summary>Deletes a webhook with its pending deliveries and its log. Deleting it again changes nothing.</summary>
    [Alias("delete")]
    Task Delete(string id);

    /// <summary>The deliveries of a webhook, newest first, or null if there is no such webhook.</summary>
    [Alias("deliveries")]
    Task<DeliveryPage?> Deliveries(string id, int limit, DeliveryPlace? after);

    /// <summary>
    /// Delivers an event again, or now instead of later, under the same message id; the schedule of its attempts restarts.
    /// </summary>
    /// <returns>The delivery, <see cref="NotFound"/>, or <see cref="IllegalTransition"/> if the webhook is disabled.</returns>
    [Alias("redeliver")]
    Task<DeliveryReply> Redeliver(string id, string deliveryId);
}
