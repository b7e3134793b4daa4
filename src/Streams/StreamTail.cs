using Granary.Domain.Events;

namespace Granary.Streams;

/// <summary>
/// The newest events of one stream, in memory: everything after one position up to another. All consumers of the stream read from
/// it at their own pace. A slow consumer does not hold it back, because events that left the tail are in the journal.
/// </summary>
/// <param name="capacity">
/// Maximum number of events kept, unless the last two additions brought more: when all orders want one SKU, its stream gets a
/// thousand events with every read of the journal, and its consumers must have the time of one read to take them.
/// </param>
/// <param name="after">The position that the tail begins after: it holds no event up to here.</param>
/// <param name="timeline">The timeline of the journal on which its events are read; 0 where there is only one.</param>
public sealed class StreamTail(int capacity, long after, int timeline = 0)
{
    private readonly Lock _lock = new();
    private JournalRecord[] _ring = new JournalRecord[capacity];
    private long _after = after;
    private long _through = after;
    private int _first;
    private int _count;
    private int _lastAdded;

    /// <summary>The timeline of the journal on which its events are read; 0 where there is only one.</summary>
    public int Timeline => timeline;

    /// <summary>The position up to which the journal has been read for this stream.</summary>
    public long Through
    {
        get
        {
            lock (_lock)
            {
                return _through;
            }
        }
    }

    /// <summary>The position of the newest event, or the one the tail begins after if it is empty.</summary>
    public long Newest
    {
        get
        {
            lock (_lock)
            {
                return _count == 0 ? _after : At(_count - 1).Position;
            }
        }
    }

    /// <summary>Adds events in position order and advances the end.</summary>
    public void Append(IReadOnlyList<JournalRecord> events, long through)
    {
        lock (_lock)
        {
            if (events.Count > 0)
            {
                Keep(Math.Max(capacity, _lastAdded + events.Count) - events.Count, events.Count);
                _lastAdded = events.Count;
            }

            foreach (var record in events)
            {
                _ring[(_first + _count) % _ring.Length] = record;
                _count++;
            }

            _through = through;
        }
    }

    /// <summary>
    /// Drops the events up to a position, which every reader has passed: what leaves memory before the next garbage collection costs it
    /// nothing, and a reader that comes back for them finds them in the journal.
    /// </summary>
    public void Drop(long through)
    {
        lock (_lock)
        {
            while (_count > 0 && At(0).Position <= through)
            {
                DropFirst();
            }
        }
    }

    /// <summary>The events after a position.</summary>
    /// <param name="position">The last position that the reader has seen.</param>
    /// <param name="limit">Maximum number of events to return.</param>
    /// <param name="begin">The position that the tail begins after.</param>
    /// <returns>The events; none if the reader is at the end, null if the reader is behind the beginning of the tail.</returns>
    public IReadOnlyList<JournalRecord>? Read(long position, int limit, out long begin) => Read(position, limit, out begin, out _);

    /// <inheritdoc cref="Read(long, int, out long)"/>
    /// <param name="through">The position up to which the journal has been read for this stream.</param>
    public IReadOnlyList<JournalRecord>? Read(long position, int limit, out long begin, out long through)
    {
        lock (_lock)
        {
            begin = _after;
            through = _through;
            if (position < _after)
            {
                return null;
            }

            var from = FirstAfter(position);
            var events = new JournalRecord[Math.Min(limit, _count - from)];
            for (var i = 0; i < events.Length; i++)
            {
                events[i] = At(from + i);
            }

            return events;
        }
    }

    /// <summary>Drops all but the newest events and makes room for more.</summary>
    private void Keep(int newest, int room)
    {
        while (_count > newest)
        {
            DropFirst();
        }

        if (_count + room > _ring.Length)
        {
            var larger = new JournalRecord[_count + room];
            for (var i = 0; i < _count; i++)
            {
                larger[i] = At(i);
            }

            (_ring, _first) = (larger, 0);
        }
    }

    private void DropFirst()
    {
        _after = _ring[_first].Position;
        _ring[_first] = null!;
        _first = (_first + 1) % _ring.Length;
        _count--;
    }

    private JournalRecord At(int index) => _ring[(_first + index) % _ring.Length];

    private int FirstAfter(long position)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (At(middle).Position <= position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
