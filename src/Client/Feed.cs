using System.Text.Json;

namespace Granary.Client;

/// <summary>One event of the feed.</summary>
/// <param name="Position">Its position: keep it with what the event led to, and continue from it. Opaque.</param>
/// <param name="Type">Its name, such as <c>order.paid</c>.</param>
/// <param name="Stream">What it happened to, such as <c>order/01jd…</c>.</param>
/// <param name="Version">Its version in the stream. Stream and version together identify the event.</param>
/// <param name="At">When it was decided; null where the service's journal does not say.</param>
/// <param name="Data">What happened; null where <paramref name="Unreadable"/> says why it cannot be read.</param>
/// <param name="Unreadable">Why its data cannot be read; null for a sound event.</param>
public sealed record FeedEvent(
    string Position, string Type, string Stream, long Version, DateTimeOffset? At = null, JsonElement? Data = null, string? Unreadable = null);

internal sealed record FeedPage(IReadOnlyList<FeedEvent> Data, string Next);
