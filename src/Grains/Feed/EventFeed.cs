using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.CompilerServices;
using Granary.Domain.Events;
using Granary.Domain.Feed;
using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Feed;
using Granary.Journal;
using Granary.Streams;

namespace Granary.Grains.Feed;

/// <summary>
/// Reads the feed from the journal and follows it through the journal feed of this process. A follower holds a position and a flag, and
/// a page while its reader takes it, so a slow reader holds no queue.
/// </summary>
public sealed class EventFeed(IJournal journal, PublicEventReader reader, JournalFeed feed) : BackgroundService, IEventFeed, IJournalObserver
{
    // Of about three events one is public.
    private const int RecordsPerEvent = 4;
    private const int MostRecords = 512;

    /// <summary>Events of the journal that one page passes at most, where most of them are not for its reader.</summary>
    private const int MostPassed = 8_192;

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private static readonly InvalidValue BeyondEnd = new(
        "after",
        "lies beyond the end of the feed: the position comes from another database, or the database was restored to an earlier time; compare "
        + "what you have with the orders, and begin without a position");

    private readonly ConcurrentDictionary<Follower, bool> _followers = new();

    /// <inheritdoc/>
    public IReadOnlyList<string> Types => PublicEvents.Names;

    /// <inheritdoc/>
    public async Task<FeedPage> ReadAsync(FeedQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (ProblemOf(query, out var after) is { } problem)
        {
            return Refused(problem);
        }

        var part = await PassAsync(after, query.Limit, FilterOf(query), cancellationToken);
        return part.Through == after && after > 0 && await journal.ReadEndAsync(cancellationToken) < after
            ? Refused(BeyondEnd)
            : await PageOfAsync(part, cancellationToken);

        FeedPage Refused(Refusal refusal) => new([], query.After ?? "", refusal);
    }

    /// <inheritdoc/>
    public async Task<Refusal?> CheckAsync(FeedQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return ProblemOf(query, out var after) ?? (await journal.ReadEndAsync(cancellationToken) < after ? BeyondEnd : null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FeedPage> FollowAsync(
        FeedQuery query, string reader, TimeSpan heartbeat, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var after = PositionOf(query.After) ?? throw new ArgumentException("The position was not checked.", nameof(query));
        var follower = new Follower(FilterOf(query), JournalStream.OfUser(reader));
        var woken = false;

        // Subscribe first, then read the past: an event in between is in one of them, or in both.
        _followers.TryAdd(follower, true);
        try
        {
            while (true)
            {
                var part = await PassAsync(after, query.Limit, follower.Types, cancellationToken);
                after = part.Through;

                // Without an event, what happened concerns the follower's right.
                if (woken || part.Records.Count > 0 || !part.IsEnd)
                {
                    yield return await PageOfAsync(part, cancellationToken);
                }

                if (!part.IsEnd)
                {
                    woken = false;
                    continue;
                }

                // The feed may have an event before the user's grain shows it, so the right is asked for once more.
                woken = await follower.Signal.WaitAsync(
                    woken && part.Records.Count == 0 && heartbeat > AskAgain ? AskAgain : heartbeat, cancellationToken);
                if (!woken)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return new FeedPage([], TextOf(after));
                }
            }
        }
        finally
        {
            _followers.TryRemove(follower, out _);
        }
    }

    /// <inheritdoc/>
    public void OnEvents(JournalPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        foreach (var (follower, _) in _followers)
        {
            if (page.Events.Any(follower.IsConcerned))
            {
                follower.Signal.Set();
            }
        }
    }

    /// <inheritdoc/>
    public void Nudge()
    {
        // Followers read when an event is signalled and need no nudge.
    }

    /// <inheritdoc/>
    public void Restart(long position)
    {
        // Followers keep their positions, which lie before every event of the new timeline.
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => feed.AttachAsync(this, _ => WakeAll(), stoppingToken);

    /// <summary>What is wrong with a query; otherwise null, and the position after which it begins.</summary>
    private InvalidValue? ProblemOf(FeedQuery query, out long after)
    {
        after = 0;
        if (query.Types.Except(Types, StringComparer.Ordinal).ToList() is { Count: > 0 } unknown)
        {
            return new InvalidValue("types", $"names no event of the feed: {string.Join(", ", unknown)}; it has {string.Join(", ", Types)}");
        }

        if (PositionOf(query.After) is not { } position)
        {
            return new InvalidValue("after", "is no position of the feed; send one that it gave, or none to begin at the first event");
        }

        after = position;
        return null;
    }

    /// <summary>Has those read who began to follow before the feed reported events to them.</summary>
    private void WakeAll()
    {
        foreach (var (follower, _) in _followers)
        {
            follower.Signal.Set();
        }
    }

    /// <summary>Reads on from a position until there are enough events for a page, or the page has passed enough others.</summary>
    private async Task<Part> PassAsync(long after, int limit, FrozenSet<string> types, CancellationToken cancellationToken)
    {
        var wanted = new List<JournalRecord>();
        var through = after;
        var length = Math.Min(limit * RecordsPerEvent, MostRecords);
        for (var passed = 0; passed < MostPassed;)
        {
            var before = wanted.Count;
            var records = await journal.ReadAllAsync(through, length, cancellationToken);
            passed += records.Count;
            foreach (var record in records)
            {
                through = record.Position;
                if (IsFor(types, record))
                {
                    wanted.Add(record);
                    if (wanted.Count == limit)
                    {
                        return new Part(wanted, through, IsEnd: false);
                    }
                }
            }

            if (records.Count < length)
            {
                return new Part(wanted, through, IsEnd: true);
            }

            if (wanted.Count == before)
            {
                // What the reader wants is rare here: a short page would take thousands of short readings to pass the rest.
                length = Math.Min(2 * length, MostRecords);
            }
        }

        return new Part(wanted, through, IsEnd: false);
    }

    private async Task<FeedPage> PageOfAsync(Part part, CancellationToken cancellationToken)
    {
        var events = await reader.ReadAsync(part.Records, cancellationToken);
        return new FeedPage([.. events.Select(EventOf)], TextOf(part.Through));
    }

    private static FeedEvent EventOf(PublicEvent read)
    {
        var record = read.Record;
        return new FeedEvent(
            TextOf(record.Position),
            record.Type,
            record.Stream,
            record.Version,
            record.Damage is null ? record.At : null,
            read.Data,
            read.Unreadable);
    }

    private static FrozenSet<string> FilterOf(FeedQuery query) => query.Types.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a reader gets an event: with a filter, only what it names.</summary>
    private static bool IsFor(FrozenSet<string> types, JournalRecord record) =>
        types.Count == 0 ? PublicEvents.IsShown(record) : types.Contains(record.Type);

    private static string TextOf(long position) => position.ToString(CultureInfo.InvariantCulture);

    /// <summary>The position that a reader sends; null when the feed has never given such a one.</summary>
    private static long? PositionOf(string? text) =>
        text is null ? 0
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) && TextOf(position) == text ? position
        : null;

    /// <summary>A part of the journal.</summary>
    /// <param name="Records">The events in it that are for the reader.</param>
    /// <param name="Through">Where it ends.</param>
    /// <param name="IsEnd">Whether nothing behind it can be read yet.</param>
    private sealed record Part(IReadOnlyList<JournalRecord> Records, long Through, bool IsEnd);

    /// <param name="types">The names that it asks for; empty for all.</param>
    /// <param name="user">The stream of the user who reads.</param>
    private sealed class Follower(FrozenSet<string> types, string user)
    {
        public WakeSignal Signal { get; } = new();

        public FrozenSet<string> Types => types;

        /// <summary>Whether it gets an event, or the event may change its right.</summary>
        public bool IsConcerned(JournalRecord record) =>
            IsFor(types, record)
            || (record.Stream == user && UserEvent.IsAboutAccess(record.Type))
            || JournalStream.KindOf(record.Stream) == StreamKind.ApiKeys;
    }
}
