using Granary.Domain.Events;
using Granary.Domain.Payments;
using Granary.Domain.Trail;
using Orleans.Streams;

namespace Granary.Streams;

/// <summary>
/// One partition on the silo that reads it: the tails of its streams, and the signal to its pulling agent when a stream grew.
/// </summary>
internal sealed class JournalPartition(
    int number, JournalFeed feeds, Func<JournalHistory> history, StreamMetrics metrics, SiloAddress silo, StreamSettings settings) : IJournalObserver
{
    private readonly PartitionStream[] _streams =
        [.. StreamNames.Namespaces.Select(name => new PartitionStream(StreamNames.StreamOf(name, number)))];

    private readonly List<JournalRecord>[] _sorted = [.. StreamNames.Namespaces.Select(_ => new List<JournalRecord>())];
    private readonly WakeSignal _signal = new();
    private readonly Dictionary<long, JournalBatch> _failed = [];
    private DatabaseFeed? _feed;
    private bool _isReceiving;
    private long _nudges;

    /// <summary>The partition's number, from 0.</summary>
    public int Number => number;

    /// <summary>The number of nudges so far. A cursor that has seen fewer must call its consumer.</summary>
    public long Nudges => Volatile.Read(ref _nudges);

    /// <summary>Maximum number of events in one batch.</summary>
    public int BatchLength => settings.BatchLength;

    /// <summary>The silo that reads the partition.</summary>
    public SiloAddress Silo => silo;

    /// <summary>Starts receiving.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _isReceiving = true;
        feeds.Arranged += Follow;
        await AttachAsync(Begin, cancellationToken);
    }

    /// <summary>Stops receiving: another silo reads the partition.</summary>
    public void Stop()
    {
        _isReceiving = false;
        feeds.Arranged -= Follow;
        _feed?.Detach(this);
        metrics.Forget(number);
    }

    /// <inheritdoc/>
    public void OnEvents(JournalPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var routes = page.Routes;
        for (var i = 0; i < routes.Length; i++)
        {
            if (routes[i].Partition == number)
            {
                _sorted[routes[i].Namespace].Add(page.Events[i]);
            }
        }

        foreach (var (i, streamNamespace, partition) in page.Besides)
        {
            if (partition == number)
            {
                _sorted[streamNamespace].Add(page.Events[i]);
            }
        }

        for (var i = 0; i < _streams.Length; i++)
        {
            _streams[i].Append(_sorted[i], page.Through);
            if (_sorted[i].Count > 0)
            {
                metrics.Published(StreamNames.Namespaces[i], number, _sorted[i][^1].Position);
                _sorted[i].Clear();
                Wake(_streams[i]);
            }
        }
    }

    /// <inheritdoc/>
    public void Nudge()
    {
        Interlocked.Increment(ref _nudges);
        foreach (var stream in _streams)
        {
            Wake(stream);
        }
    }

    /// <inheritdoc/>
    public void Restart(long position)
    {
        foreach (var stream in _streams)
        {
            stream.Read(NewTail(position));
        }

        Nudge();
    }

    /// <summary>Makes the pulling agent look at a stream's cursors.</summary>
    public void Wake(PartitionStream stream)
    {
        stream.Woken = true;
        _signal.Set();
    }

    /// <summary>
    /// Waits until the pulling agent has work. The agent does not get the events but a mark for each stream that grew: the events
    /// wait in the tails for each consumer's own cursor.
    /// </summary>
    public async Task<IList<IBatchContainer>> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var marks = new List<IBatchContainer>();
            foreach (var stream in _streams)
            {
                if (stream.Woken)
                {
                    stream.Woken = false;
                    marks.Add(new JournalBatch(stream.Id, stream.MarkAfter(), [], silo));
                }
            }

            if (marks.Count > 0)
            {
                return marks;
            }

            await _signal.WaitAsync(settings.NudgePeriod, cancellationToken);
        }

        return [];
    }

    /// <summary>The stream with this id.</summary>
    public PartitionStream StreamOf(StreamId id) => Array.Find(_streams, stream => stream.Id == id)
        ?? throw new ArgumentOutOfRangeException(nameof(id), id, $"Partition {number} has no such stream.");

    /// <summary>Reads old events of a stream, possibly none, and the position up to which they are complete.</summary>
    public async Task<(IReadOnlyList<JournalRecord> Events, long Through, int Timeline)> ReadHistoryAsync(PartitionStream stream, long after, long upTo)
    {
        var page = await history().ReadAsync(after, upTo);
        var index = Array.IndexOf(_streams, stream);
        List<JournalRecord> events = [.. page.Events.Where(record => record.Position > after && IsIn(index, record))];
        if (events is [.., var newest])
        {
            metrics.Published(StreamNames.Namespaces[index], number, newest.Position);
        }

        return (events, page.Through, page.Timeline);
    }

    /// <summary>Keeps an undeliverable batch until the failure handler asks for it.</summary>
    public void Fail(JournalBatch batch)
    {
        lock (_failed)
        {
            _failed[batch.SequenceToken.SequenceNumber] = batch;
        }
    }

    /// <summary>The events of an undeliverable batch; they are returned only once.</summary>
    public IReadOnlyList<JournalRecord> TakeFailed(StreamSequenceToken token)
    {
        lock (_failed)
        {
            return _failed.Remove(token.SequenceNumber, out var batch) ? batch.Events : [];
        }
    }

    private bool IsIn(int streamNamespace, JournalRecord record) =>
        StreamRoute.Of(record.Stream, settings.Partitions) == new StreamRoute(streamNamespace, number)
        || (((streamNamespace == StreamRoute.Audited && AuditTrail.Reads(record.Type))
                || (streamNamespace == StreamRoute.Payments && PaymentNews.Has(record.Type)))
            && StreamNames.PartitionOf(record.Stream, settings.Partitions) == number);

    /// <summary>Reads on where the partition was moved to. Its events there have the positions that they had, and new ones have later ones.</summary>
    private void Follow()
    {
        if (_feed is { } left && left != feeds.Of(number))
        {
            left.Detach(this);
            _ = AttachAsync(Restart, CancellationToken.None);
        }
    }

    private async Task AttachAsync(Action<long> begin, CancellationToken cancellationToken)
    {
        var feed = feeds.Of(number);
        _feed = feed;
        try
        {
            await feed.AttachAsync(this, begin, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The silo stops.
        }

        if (!_isReceiving || _feed != feed)
        {
            feed.Detach(this);
        }
    }

    private StreamTail NewTail(long position) => new(settings.TailLength, position, _feed?.Timeline ?? 0);

    private void Begin(long position)
    {
        foreach (var stream in _streams)
        {
            stream.Restart(NewTail(position));
            Wake(stream);
        }
    }
}

/// <summary>One stream of a partition.</summary>
internal sealed class PartitionStream(StreamId id)
{
    private readonly Lock _lock = new();
    private JournalCursor[] _cursors = [];
    private volatile bool _woken;
    private bool _marked;

    /// <summary>The Orleans stream.</summary>
    public StreamId Id => id;

    /// <summary>The newest events.</summary>
    public StreamTail Tail { get; private set; } = new(1, 0);

    /// <summary>Whether the pulling agent must look at this stream.</summary>
    public bool Woken
    {
        get => _woken;
        set => _woken = value;
    }

    /// <summary>Adds events, and drops those that all cursors have passed.</summary>
    public void Append(IReadOnlyList<JournalRecord> events, long through)
    {
        var cursors = Volatile.Read(ref _cursors);
        if (cursors.Length > 0)
        {
            Tail.Drop(cursors.Min(cursor => cursor.Passed));
        }

        Tail.Append(events, through);
    }

    /// <summary>A cursor reads this stream.</summary>
    public void Add(JournalCursor cursor)
    {
        lock (_lock)
        {
            _cursors = [.. _cursors, cursor];
        }
    }

    /// <summary>A cursor does not read this stream any more.</summary>
    public void Remove(JournalCursor cursor)
    {
        lock (_lock)
        {
            _cursors = [.. _cursors.Where(other => other != cursor)];
        }
    }

    /// <summary>Restarts with a new tail for a new pulling agent.</summary>
    public void Restart(StreamTail tail)
    {
        Tail = tail;
        _marked = false;
        lock (_lock)
        {
            // Nothing leaves the tail before the first mark says where it begins.
            _cursors = [];
        }
    }

    /// <summary>Reads on with a new tail: what is in the last one may not exist any more.</summary>
    public void Read(StreamTail tail) => Tail = tail;

    /// <summary>
    /// The position to mark the stream with. The first mark makes consumers without a checkpoint begin where the tail begins;
    /// later marks only wake cursors.
    /// </summary>
    public long MarkAfter()
    {
        if (_marked)
        {
            return Tail.Through;
        }

        _marked = true;
        Tail.Read(0, 0, out var begin);
        return begin;
    }
}
