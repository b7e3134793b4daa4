using Granary.Domain.Events;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Granary.Streams;

/// <summary>
/// The position of one consumer in one stream. Near the end it reads the tail in memory; further behind it reads the journal page
/// by page, at its own pace, with one page in flight. A token is the last position seen, so the events after it are delivered
/// next. Everything except reading a page runs on the pulling agent's scheduler.
/// </summary>
internal sealed partial class JournalCursor(JournalPartition partition, PartitionStream stream, long position, ILogger logger) : IQueueCacheCursor
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private long _position = position;

    // Written by the agent, and read by the feed: what the consumer was given.
    private long _passed = position;
    private long _nudges = -1;
    private JournalBatch? _current;
    private Page? _page;
    private bool _reading;
    private bool _disposed;

    /// <summary>The consumer was given every event up to here, or has no use for it.</summary>
    public long Passed => Volatile.Read(ref _passed);

    /// <inheritdoc/>
    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current;
    }

    /// <inheritdoc/>
    public bool MoveNext()
    {
        // The agent asks for the next batch when the consumer has taken the last one.
        Volatile.Write(ref _passed, _position);
        _current = Next();
        return _current is not null;
    }

    /// <inheritdoc/>
    public void Refresh(StreamSequenceToken token)
    {
        // The cursor keeps its own position and detects new events itself.
    }

    /// <inheritdoc/>
    public void RecordDeliveryFailure()
    {
        if (_current is { Events.Count: > 0 } batch)
        {
            partition.Fail(batch);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        stream.Remove(this);
    }

    private JournalBatch? Next()
    {
        if (_nudges != partition.Nudges)
        {
            // The first delivery asks the consumer for its position: a new activation answers with its own checkpoint.
            _nudges = partition.Nudges;
            PassEventsOfOtherStreams();
            return new JournalBatch(stream.Id, _position, [], partition.Silo, stream.Tail.Timeline);
        }

        while (true)
        {
            var tail = stream.Tail;
            if (tail.Read(_position, partition.BatchLength, out var begin) is { } fresh)
            {
                return Deliver(fresh, tail.Timeline);
            }

            if (Volatile.Read(ref _page) is not { } page)
            {
                if (!_reading)
                {
                    _reading = true;
                    _ = ReadPageAsync(begin);
                }

                return null;
            }

            if (Deliver(page.Take(partition.BatchLength), page.Timeline) is { } old)
            {
                return old;
            }

            _position = Math.Max(_position, page.Through);
            Volatile.Write(ref _page, null);
        }
    }

    /// <summary>
    /// Where the stream has no event after the cursor, the consumer is as far as the journal was read. It is told with the nudge, so that
    /// a consumer of rare events need not look for them again after its next start.
    /// </summary>
    private void PassEventsOfOtherStreams()
    {
        if (stream.Tail.Read(_position, 1, out _, out var through) is { Count: 0 })
        {
            _position = Math.Max(_position, through);
        }
    }

    private JournalBatch? Deliver(IReadOnlyList<JournalRecord> events, int timeline)
    {
        if (events.Count == 0)
        {
            return null;
        }

        _position = events[^1].Position;
        return new JournalBatch(stream.Id, _position, events, partition.Silo, timeline);
    }

    private async Task ReadPageAsync(long upTo)
    {
        try
        {
            var (events, through, timeline) = await partition.ReadHistoryAsync(stream, _position, upTo).ConfigureAwait(false);
            Volatile.Write(ref _page, new Page(events, through, timeline));
        }
        catch (Exception fault)
        {
            // Whatever exception the store's driver throws, the cursor keeps its position and reads the page again.
            CatchUpFailed(stream.Id, fault);
            await Task.Delay(RetryDelay).ConfigureAwait(false);
        }

        _reading = false;
        if (!_disposed)
        {
            partition.Wake(stream);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reading old events of stream {Stream} failed; the read will be retried.")]
    private partial void CatchUpFailed(StreamId stream, Exception fault);

    private sealed class Page(IReadOnlyList<JournalRecord> events, long through, int timeline)
    {
        private int _next;

        public int Timeline => timeline;

        public long Through => through;

        public JournalRecord[] Take(int limit)
        {
            var taken = new JournalRecord[Math.Min(limit, events.Count - _next)];
            for (var i = 0; i < taken.Length; i++)
            {
                taken[i] = events[_next++];
            }

            return taken;
        }
    }
}

/// <summary>
/// The cache that Orleans' pulling agent asks for cursors. It stores nothing: the events are in the tails and in the journal. So
/// it is never under pressure, a slow consumer delays no other consumer, and no token is too old.
/// </summary>
internal sealed class JournalCache(JournalPartition partition, ILogger logger) : IQueueCache
{
    /// <inheritdoc/>
    public int GetMaxAddCount() => StreamNames.Namespaces.Count;

    /// <inheritdoc/>
    public void AddToCache(IList<IBatchContainer> messages)
    {
        // The receiver delivers only marks.
    }

    /// <inheritdoc/>
    public bool TryPurgeFromCache([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems)
    {
        purgedItems = null;
        return false;
    }

    /// <inheritdoc/>
    public bool IsUnderPressure() => false;

    /// <inheritdoc/>
    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        var stream = partition.StreamOf(streamId);
        var cursor = new JournalCursor(partition, stream, token?.SequenceNumber ?? stream.Tail.Through, logger);
        stream.Add(cursor);
        return cursor;
    }

    /// <inheritdoc/>
    public QueueCacheCursorResult<IQueueCacheCursor> TryGetCacheCursor(StreamId streamId, StreamSequenceToken? token) =>
        QueueCacheCursorResult<IQueueCacheCursor>.FromCursor(GetCacheCursor(streamId, token));

    /// <inheritdoc/>
    public QueueCacheCursorResult<IQueueCacheCursor> TryGetCacheCursorAtPosition(StreamId streamId, StreamSubscriptionStartPosition startPosition) =>
        TryGetCacheCursor(streamId, startPosition == StreamSubscriptionStartPosition.Latest ? null : new EventSequenceTokenV2(0));
}
