using Orleans.CodeGeneration;
using Orleans.Concurrency;

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

    /// <summary>
    /// Changes a webhook. One that was disabled and is enabled gets the events from then on; what was pending when an operator disabled it
    /// is sent.
    /// </summary>
    /// <returns>The webhook, <see cref="NotFound"/>, or <see cref="InvalidValue"/>.</returns>
    [Alias("update")]
    Task<WebhookReply> Update(UpdateWebhook command);

    /// <summary>Gives a webhook a new secret. The one before signs for 24 hours more, beside it.</summary>
    /// <returns>The webhook with its new secret, or <see cref="NotFound"/>.</returns>
    [Alias("rotate-secret")]
    Task<WebhookReply> RotateSecret(string id);

    /// <summary>Sends a signed test message now, also while the webhook is disabled. It is not in the log and changes nothing.</summary>
    /// <returns>What happened, or <see cref="NotFound"/>.</returns>
    [Alias("test"), AlwaysInterleave]
    Task<WebhookTestReply> Test(string id);

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
