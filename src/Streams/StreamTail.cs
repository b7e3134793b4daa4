using Granary.Domain.Events;

namespace Granary.Streams;

/// <summary>
/// The newest events of one stream, in memory: everything after one position up to another. All consumers of the stream read
/// from it at their own pace; it holds nobody back and is held back by nobody, because what it lost is in the journal.
/// </summary>
/// <param name="capacity">
/// Most events kept, unless the last two additions brought more: where all want one SKU its stream gets a thousand events with
/// every reading of the journal, and its consumers must have one reading's time to take them.
/// </param>
/// <param name="after">The position it begins after: nothing up to here is in it.</param>
public sealed class StreamTail(int capacity, long after)
{
    private readonly Lock _lock = new();
    private JournalRecord[] _ring = new JournalRecord[capacity];
    private long _after = after;
    private long _through = after;
    private int _first;
    private int _count;
    private int _lastAdded;

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

    /// <summary>The position of the newest event, or the one the tail begins after when there is none.</summary>
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

    /// <summary>Adds events in position order and moves the end.</summary>
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

    /// <summary>The events after a position.</summary>
    /// <param name="position">The last position the reader has seen.</param>
    /// <param name="limit">Most events to return.</param>
    /// <param name="begin">The position that the tail begins after.</param>
    /// <returns>The events, none when the reader is at the end, null when it is behind the tail's beginning.</returns>
    public IReadOnlyList<JournalRecord>? Read(long position, int limit, out long begin)
    {
        lock (_lock)
        {
            begin = _after;
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

    /// <summary>Lets all but the newest events go and makes room for more.</summary>
    private void Keep(int newest, int room)
    {
        for (; _count > newest; _count--)
        {
            _after = _ring[_first].Position;
            _ring[_first] = null!;
            _first = (_first + 1) % _ring.Length;
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
