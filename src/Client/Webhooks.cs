namespace Granary.Client;

/// <summary>A webhook.</summary>
/// <param name="Status"><c>enabled</c> or <c>disabled</c>.</param>
/// <param name="DisabledReason">Why nothing is sent; null while it is enabled.</param>
/// <param name="Secret">Signs the messages; only after a registration and a rotation, otherwise null.</param>
public sealed record Webhook(
    string Id,
    string Url,
    IReadOnlyList<string> Events,
    string Status,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    string? DisabledReason = null,
    string? Secret = null);

/// <summary>The changes to a webhook; a null member leaves its part unchanged.</summary>
public sealed record WebhookChange
{
    public string? Url { get; init; }

    public IReadOnlyList<string>? Events { get; init; }

    public bool? Enabled { get; init; }
}

/// <summary>What became of a test message.</summary>
/// <param name="Id">The header <c>webhook-id</c> of the message.</param>
/// <param name="Delivered">Whether the receiver accepted it.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
/// <param name="StatusCode">The HTTP status of the response; null if there was none.</param>
/// <param name="Error">Why there was no response.</param>
public sealed record WebhookTest(string Id, bool Delivered, long DurationMs, int? StatusCode = null, string? Error = null);

internal sealed record RegisterWebhook(string Url, IReadOnlyList<string> Events);
