using System.Text;
using Granary.Domain.Webhooks;
using Granary.Grains.Interfaces.Webhooks;

namespace Granary.Grains.Webhooks;

/// <summary>A webhook as the silo stores it.</summary>
/// <param name="Webhook">The part that its owner sees.</param>
/// <param name="Secret">Signs its messages.</param>
/// <param name="After">
/// The end of the journal at registration, before which no event can appear any more: the webhook gets the events after it.
/// </param>
public sealed record Endpoint(Webhook Webhook, string Secret, JournalEnd After)
{
    /// <summary>Secrets that the present one has replaced, newest first, and until when they still sign.</summary>
    public IReadOnlyList<(string Secret, DateTimeOffset Until)> Retired { get; init; } = [];

    /// <summary>The signatures of a message, as the header <c>webhook-signature</c> carries them: with every secret that signs now.</summary>
    public string Sign(string id, DateTimeOffset now, ReadOnlySpan<byte> body)
    {
        var header = new StringBuilder(WebhookSecret.Sign(Secret, id, now.ToUnixTimeSeconds(), body));
        foreach (var (secret, until) in Retired)
        {
            if (now < until)
            {
                header.Append(' ').Append(WebhookSecret.Sign(secret, id, now.ToUnixTimeSeconds(), body));
            }
        }

        return header.ToString();
    }

    /// <summary>Whether it gets an event.</summary>
    public bool Wants(string type, string stream, long position) =>
        Webhook.DisabledReason is null && After.IsBefore(stream, position) && Webhook.Events.Contains(type, StringComparer.Ordinal);
}

/// <summary>An event and its message.</summary>
/// <param name="Stream">The journal stream of the event.</param>
/// <param name="Version">The event's version in it.</param>
/// <param name="Position">The event's position in the journal.</param>
/// <param name="Type">The event's name.</param>
/// <param name="Body">UTF-8 JSON.</param>
/// <param name="Trace">The traceparent of the request that caused the event, if it is traced.</param>
public sealed record EventMessage(string Stream, long Version, long Position, string Type, byte[] Body, string? Trace = null);

/// <summary>A delivery that one dispatcher attempts now. Until the claim expires, no other dispatcher takes it.</summary>
/// <param name="Id">The message id.</param>
/// <param name="EndpointId">Its webhook.</param>
/// <param name="Stream">The journal stream of the event.</param>
/// <param name="Version">The event's version in it.</param>
/// <param name="Attempt">The number of this attempt, from 1.</param>
/// <param name="FirstAttemptAt">When the first was made.</param>
/// <param name="Body">UTF-8 JSON.</param>
/// <param name="Trace">The traceparent of the request that caused the event, if it is traced.</param>
public sealed record DeliveryClaim(
    string Id, string EndpointId, string Stream, long Version, int Attempt, DateTimeOffset FirstAttemptAt, byte[] Body, string? Trace = null);

/// <summary>The result of an attempt.</summary>
/// <param name="At">When it ended.</param>
/// <param name="StatusCode">The HTTP status, or null if there was no response.</param>
/// <param name="Error">Why there was no response.</param>
/// <param name="Duration">How long the attempt took.</param>
/// <param name="RetryAfter">The wait that the receiver asked for, or null.</param>
public sealed record AttemptResult(DateTimeOffset At, int? StatusCode, string? Error, TimeSpan Duration, TimeSpan? RetryAfter = null);
