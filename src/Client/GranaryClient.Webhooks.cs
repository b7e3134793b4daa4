namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Registers an address that events are sent to. The client does not repeat the request: a second one is a second webhook.</summary>
    /// <returns>The webhook with its secret, which no later answer has.</returns>
    public Task<Webhook> RegisterWebhookAsync(string url, IReadOnlyList<string> events, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, "webhooks", Body(new RegisterWebhook(url, events), ClientJson.Default.RegisterWebhook),
            ClientJson.Default.Webhook, repeatable: false, cancellationToken);

    /// <summary>Reads all webhooks, page by page.</summary>
    public IAsyncEnumerable<Webhook> ListWebhooksAsync(CancellationToken cancellationToken = default) =>
        PagesAsync("webhooks?", ClientJson.Default.WebhookPage, cancellationToken);

    /// <summary>The names of the events that a webhook can subscribe to.</summary>
    public async Task<IReadOnlyList<string>> ListEventTypesAsync(CancellationToken cancellationToken = default) =>
        (await GetAsync("webhooks/event-types", ClientJson.Default.NamePage, cancellationToken)).Data;

    /// <summary>Reads a webhook.</summary>
    public Task<Webhook> GetWebhookAsync(string id, CancellationToken cancellationToken = default) =>
        GetAsync("webhooks/" + Segment(id), ClientJson.Default.Webhook, cancellationToken);

    /// <summary>Changes a webhook's address or events, or enables or disables it.</summary>
    public Task<Webhook> UpdateWebhookAsync(string id, WebhookChange change, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Patch, "webhooks/" + Segment(id), Body(change, ClientJson.Default.WebhookChange),
            ClientJson.Default.Webhook, repeatable: true, cancellationToken);

    /// <summary>
    /// Gives a webhook a new secret; those before sign for 24 hours more. Repeated after a lost answer, the last secret counts.
    /// </summary>
    /// <returns>The webhook with its new secret, which no later answer has.</returns>
    public Task<Webhook> RotateWebhookSecretAsync(string id, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"webhooks/{Segment(id)}/rotate-secret", null, ClientJson.Default.Webhook, repeatable: true, cancellationToken);

    /// <summary>Sends a signed test message now.</summary>
    public Task<WebhookTest> TestWebhookAsync(string id, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"webhooks/{Segment(id)}/test", null, ClientJson.Default.WebhookTest, repeatable: true, cancellationToken);

    /// <summary>Deletes a webhook with its pending messages and its log.</summary>
    public Task DeleteWebhookAsync(string id, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Delete, "webhooks/" + Segment(id), cancellationToken);
}
