using Granary.Domain.Events;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// Recent commits of this process with their positions. Readers of the journal in this process take them from here and read only
/// other processes' events from the database. Batches that are no longer here, or never were, are in the database.
/// </summary>
/// <param name="capacity">Maximum number of events kept while no reader takes them.</param>
internal sealed class RecentAppends(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<CommittedBatch> _batches = new();
    private int _count;

    /// <summary>Keeps a committed batch.</summary>
    /// <param name="position">The position before the batch's first event.</param>
    public void Add(long position, JournalAppend[] appends)
    {
        var batch = new CommittedBatch(position, RecordsOf(position, appends));
        lock (_lock)
        {
            _batches.Enqueue(batch);
            _count += batch.Events.Count;
            while (_count > capacity)
            {
                _count -= _batches.Dequeue().Events.Count;
            }
        }
    }

    /// <summary>The batches with events after a position, in position order. Batches at or before it are dropped.</summary>
    public CommittedBatch[] TakeAfter(long position)
    {
        lock (_lock)
        {
            while (_batches.TryPeek(out var oldest) && oldest.Events[^1].Position <= position)
            {
                _count -= _batches.Dequeue().Events.Count;
            }

            return [.. _batches];
        }
    }

    private static List<JournalRecord> RecordsOf(long position, JournalAppend[] appends)
    {
        var records = new List<JournalRecord>(appends.Length);
        foreach (var append in appends)
        {
            var version = append.AfterVersion;
            foreach (var journalEvent in append.Events)
            {
                records.Add(new JournalRecord(
                    ++position, append.Stream, ++version, journalEvent.Type, journalEvent.Payload, Stored(journalEvent.At), journalEvent.Trace));
            }
        }

        return records;
    }

    /// <summary>The time in microseconds, as the database stores it.</summary>
    private static DateTimeOffset Stored(DateTimeOffset at) =>
        new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}

/// <summary>The events of one commit.</summary>
/// <param name="Position">
/// The position before its first event; no other commit's events lie between its first and its last event.
/// </param>
internal sealed record CommittedBatch(long Position, IReadOnlyList<JournalRecord> Events);
