namespace Granary.Grains.Interfaces.Feed;

/// <summary>
/// The feed of all public events, in the order of the journal. Every process that serves HTTP reads it from the journal itself, so a
/// reader puts no load on grains and does not notice a silo that ends.
/// </summary>
public interface IEventFeed
{
    /// <summary>The names of the events that a reader can ask for.</summary>
    IReadOnlyList<string> Types { get; }

    /// <summary>The events after a position. The page never passes an event that a running transaction may still insert.</summary>
    /// <exception cref="JournalUnavailableException">The journal cannot be reached.</exception>
    Task<FeedPage> ReadAsync(FeedQuery query, CancellationToken cancellationToken);

    /// <summary>Why a query cannot be answered; null where it can. Reads no events.</summary>
    /// <exception cref="JournalUnavailableException">The journal cannot be reached.</exception>
    Task<Refusal?> CheckAsync(FeedQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// The events after a position in pages: first the past ones, then new ones as they happen, without end. A page without events says
    /// that the reader's right may have changed, or that nothing happened for the time of a heartbeat.
    /// </summary>
    /// <param name="query">What to read; <see cref="CheckAsync"/> has accepted it.</param>
    /// <param name="reader">The user who reads, or the id of an API key.</param>
    /// <param name="heartbeat">After this time without an event, an empty page comes.</param>
    /// <exception cref="JournalUnavailableException">The journal cannot be reached.</exception>
    IAsyncEnumerable<FeedPage> FollowAsync(FeedQuery query, string reader, TimeSpan heartbeat, CancellationToken cancellationToken);
}

/// <summary>What a reader of the feed asks for.</summary>
/// <param name="After">The position to continue from; null for the beginning.</param>
/// <param name="Limit">Most events of a page, at least 1.</param>
/// <param name="Types">Only events of these names; empty for all.</param>
public sealed record FeedQuery(string? After, int Limit, IReadOnlyList<string> Types);

/// <summary>A page of the feed.</summary>
/// <param name="Events">In position order.</param>
/// <param name="Next">The position to continue from; also after a page without events, where only internal ones were passed.</param>
/// <param name="Refusal">Why the query cannot be answered; otherwise null.</param>
public sealed record FeedPage(IReadOnlyList<FeedEvent> Events, string Next, Refusal? Refusal = null);

/// <summary>An event of the feed.</summary>
/// <param name="Position">Its position; opaque to readers.</param>
/// <param name="Type">Its name, such as <c>order.paid</c>.</param>
/// <param name="Stream">What it happened to, such as <c>order/01jd…</c>.</param>
/// <param name="Version">Its version in the stream; stream and version together identify the event.</param>
/// <param name="At">When it was decided; null where its row does not say.</param>
/// <param name="Data">UTF-8 JSON: for an order, the order as the event left it. Empty where <paramref name="Unreadable"/> is not null.</param>
/// <param name="Unreadable">Why the data cannot be read: the row is damaged, or a newer release has written it.</param>
public sealed record FeedEvent(
    string Position, string Type, string Stream, long Version, DateTimeOffset? At, ReadOnlyMemory<byte> Data, string? Unreadable);
