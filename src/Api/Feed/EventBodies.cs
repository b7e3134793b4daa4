using System.Text.Json;
using Granary.Grains.Interfaces.Feed;

namespace Granary.Api.Feed;

/// <summary>A page of <c>GET /events</c>.</summary>
/// <param name="Data">In position order.</param>
/// <param name="Next">
/// The position to continue from. It grows also where a page has no events, because it passed internal ones; where it is the one that was
/// asked for, the reader has everything.
/// </param>
public sealed record EventPageBody(IReadOnlyList<EventBody> Data, string Next);

/// <summary>One event of the feed.</summary>
/// <param name="Position">Its position; opaque, and the id of a server-sent event.</param>
/// <param name="Type">Its name, such as <c>order.paid</c>.</param>
/// <param name="Stream">What it happened to, such as <c>order/01jd…</c>.</param>
/// <param name="Version">Its version in the stream. Stream and version together identify the event.</param>
/// <param name="At">When it was decided; absent where the journal's row does not say.</param>
/// <param name="Data">What happened: for an order, the order as the event left it. Absent where the event is unreadable.</param>
/// <param name="Unreadable">Why its data cannot be read; absent otherwise.</param>
public sealed record EventBody(
    string Position,
    string Type,
    string Stream,
    long Version,
    DateTime? At = null,
    JsonElement? Data = null,
    string? Unreadable = null)
{
    /// <summary>Converts an event to its body.</summary>
    public static EventBody From(FeedEvent read) => new(
        read.Position,
        read.Type,
        read.Stream,
        read.Version,
        read.At?.UtcDateTime,
        read.Unreadable is null ? JsonElement.Parse(read.Data.Span) : null,
        read.Unreadable);
}
