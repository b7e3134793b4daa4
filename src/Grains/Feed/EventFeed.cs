using System.Collections.Concurrent;
using System.Collections.Frozen;
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
    private readonly PartitionPositions _beginning = PartitionPositions.At(0, feed.Partitions);

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
        return part.Through.Equals(after) && await IsBeyondEndAsync(after, cancellationToken)
            ? Refused(BeyondEnd)
            : await PageOfAsync(part, cancellationToken);

        FeedPage Refused(Refusal refusal) => new([], query.After ?? "", refusal);
    }

    /// <inheritdoc/>
    public async Task<Refusal?> CheckAsync(FeedQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return ProblemOf(query, out var after) ?? (await IsBeyondEndAsync(after, cancellationToken) ? BeyondEnd : null);
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

                // A follower is also woken, without an event, when its access may have changed.
                if (woken || part.Records.Count > 0 || !part.IsEnd)
                {
                    yield return await PageOfAsync(part, cancellationToken);
                }

                if (!part.IsEnd)
                {
                    woken = false;
                    continue;
                }

                // The feed may have an event before the user's grain shows it, so the right is asked for once more. A database that is
                // away is asked again, too.
                woken = await follower.Signal.WaitAsync(
                    (part.IsPartial || (woken && part.Records.Count == 0)) && heartbeat > AskAgain ? AskAgain : heartbeat, cancellationToken);
                if (!woken)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return new FeedPage([], after.ToString());
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
    private InvalidValue? ProblemOf(FeedQuery query, out PartitionPositions after)
    {
        after = _beginning;
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

    /// <summary>Wakes the followers that came before the feed reported events to them.</summary>
    private void WakeAll()
    {
        foreach (var (follower, _) in _followers)
        {
            follower.Signal.Set();
        }
    }

    /// <summary>Whether a position lies behind everything in a database that gave it.</summary>
    private async Task<bool> IsBeyondEndAsync(PartitionPositions after, CancellationToken cancellationToken)
    {
        var (databases, places) = (journal.Databases, Places());
        for (var database = 0; database < databases.Count; database++)
        {
            // A partition may have been moved here with events that another database gave their positions.
            var given = places[database].Select(after.Of)
                .Where(position => databases.Count == 1 || JournalPosition.DatabaseOf(position) == database).DefaultIfEmpty().Max();
            try
            {
                if (given > 0 && await databases[database].ReadEndAsync(cancellationToken) < given)
                {
                    return true;
                }
            }
            catch (JournalUnavailableException) when (databases.Count > 1)
            {
                // The others are read; this one judges the position when it is there again.
            }
        }

        return false;
    }

    /// <summary>
    /// Reads on from a position until there are enough events for a page, or the page has passed enough others. The databases of the
    /// journal are read side by side, and their events mixed by time; one that is away is left out, and its position stays.
    /// </summary>
    private async Task<Part> PassAsync(PartitionPositions after, int limit, FrozenSet<string> types, CancellationToken cancellationToken)
    {
        var wanted = new List<(JournalRecord, PartitionPositions)>();
        var places = Places();
        var sections = journal.Databases.Select((database, number) => new Section(database, [.. places[number]], after)).ToList();
        var length = Math.Min(limit * RecordsPerEvent, MostRecords);
        for (var passed = 0; passed < MostPassed;)
        {
            var before = wanted.Count;
            await ReadAsync(sections, length, cancellationToken);
            passed += sections.Sum(section => section.Read);
            while (Section.Earliest(sections) is { } section)
            {
                if (section.Take() is { } record && IsFor(types, record))
                {
                    wanted.Add((record, Through()));
                    if (wanted.Count == limit)
                    {
                        return PartOf(isEnd: false);
                    }
                }
            }

            if (sections.All(section => section.IsAtEnd))
            {
                return PartOf(isEnd: true);
            }

            if (wanted.Count == before)
            {
                // What the reader wants is rare here: a short page would take thousands of short readings to pass the rest.
                length = Math.Min(2 * length, MostRecords);
            }
        }

        return PartOf(isEnd: false);

        PartitionPositions Through() => sections.Aggregate(after, (through, section) => section.Move(through));

        Part PartOf(bool isEnd) => new(wanted, Through(), isEnd, sections.Any(section => section.IsAway));
    }

    /// <summary>Reads the next records of each database.</summary>
    /// <exception cref="JournalUnavailableException">None can be reached.</exception>
    private static async Task ReadAsync(List<Section> sections, int length, CancellationToken cancellationToken)
    {
        if (sections is [var only])
        {
            await only.ReadAsync(length, cancellationToken);
            return;
        }

        var faults = await Task.WhenAll(sections.Select(async section =>
        {
            try
            {
                await section.ReadAsync(length, cancellationToken);
                return null;
            }
            catch (JournalUnavailableException fault)
            {
                section.Miss();
                return fault;
            }
        }));
        if (faults.All(fault => fault is not null))
        {
            throw new JournalUnavailableException(faults[0]!.Message, faults[0]);
        }
    }

    /// <summary>The partitions of each database. Each partition is in one of them, also while one is being moved.</summary>
    private ILookup<int, int> Places() => Enumerable.Range(0, feed.Partitions).ToLookup(journal.DatabaseOf);

    private async Task<FeedPage> PageOfAsync(Part part, CancellationToken cancellationToken)
    {
        var events = await reader.ReadAsync([.. part.Records.Select(one => one.Record)], cancellationToken);
        return new FeedPage([.. events.Zip(part.Records, (read, one) => EventOf(read, one.Through))], part.Through.ToString());
    }

    private static FeedEvent EventOf(PublicEvent read, PartitionPositions through)
    {
        var record = read.Record;
        return new FeedEvent(
            through.ToString(),
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

    /// <summary>The position that a reader sends; null when the feed has never given such a one.</summary>
    private PartitionPositions? PositionOf(string? text) => text is null ? _beginning : PartitionPositions.Parse(text, feed.Partitions);

    /// <summary>A part of the journal.</summary>
    /// <param name="Records">The events in it that are for the reader, each with where the reader is after it.</param>
    /// <param name="Through">Where it ends.</param>
    /// <param name="IsEnd">Whether nothing behind it can be read yet.</param>
    /// <param name="IsPartial">Whether a database of the journal was away.</param>
    private sealed record Part(
        IReadOnlyList<(JournalRecord Record, PartitionPositions Through)> Records, PartitionPositions Through, bool IsEnd, bool IsPartial);

    /// <summary>What one database of the journal has for a reader.</summary>
    private sealed class Section
    {
        private readonly IJournal _database;
        private readonly List<int> _partitions;
        private readonly PartitionPositions _after;
        private readonly bool _isWhole;
        private IReadOnlyList<JournalRecord> _records = [];
        private int _next;
        private bool _isFull;
        private bool _hasTaken;
        private long _through;

        public Section(IJournal database, List<int> partitions, PartitionPositions after)
        {
            (_database, _partitions, _after) = (database, partitions, after);
            _through = partitions.Count == 0 ? long.MaxValue : partitions.Min(after.Of);
            _isWhole = partitions.Count == after.Count && partitions.All(partition => after.Of(partition) == _through);
        }

        /// <summary>How many records the last reading brought.</summary>
        public int Read => _records.Count;

        /// <summary>Whether the database could not be read.</summary>
        public bool IsAway { get; private set; }

        /// <summary>Whether nothing more can be read yet.</summary>
        public bool IsAtEnd => !_isFull && _next == _records.Count;

        /// <summary>The section with the earliest record; null where one of them must be read on first, or all are at their end.</summary>
        public static Section? Earliest(List<Section> sections)
        {
            if (sections is [var only])
            {
                return only._next < only._records.Count ? only : null;
            }

            Section? earliest = null;
            foreach (var section in sections)
            {
                if (section._next < section._records.Count)
                {
                    earliest = earliest is null || section._records[section._next].At < earliest._records[earliest._next].At ? section : earliest;
                }
                else if (section._isFull)
                {
                    return null;
                }
            }

            return earliest;
        }

        /// <summary>The positions of a reader who has had what was taken here.</summary>
        public PartitionPositions Move(PartitionPositions reader) => _hasTaken ? reader.MovedTo(_partitions.Contains, _through) : reader;

        public async Task ReadAsync(int length, CancellationToken cancellationToken)
        {
            if (_partitions.Count > 0)
            {
                (_records, _next) = (await _database.ReadAllAsync(_through, length, cancellationToken), 0);
                (_isFull, IsAway) = (_records.Count == length, false);
            }
        }

        /// <summary>The database cannot be read: it has nothing at present.</summary>
        public void Miss() => (_records, _next, _isFull, IsAway) = ([], 0, false, true);

        /// <summary>The next record; null for one that the reader has had, or that is not of this database.</summary>
        public JournalRecord? Take()
        {
            var record = _records[_next++];
            (_through, _hasTaken) = (record.Position, true);
            return _isWhole || IsNew(record) ? record : null;
        }

        private bool IsNew(JournalRecord record)
        {
            var partition = StreamNames.PartitionOf(record.Stream, _after.Count);
            return record.Position > _after.Of(partition) && _partitions.Contains(partition);
        }
    }

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
