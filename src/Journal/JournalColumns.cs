namespace Granary.Journal;

/// <summary>
/// The rows of a batch as columns, because PostgreSQL takes them as array parameters. The object is reused for every batch.
/// </summary>
internal sealed class JournalColumns
{
    public List<string> Streams { get; } = [];

    public List<long> Versions { get; } = [];

    /// <summary>
    /// The version that the row's append follows, so that a row at the next version is the append's head; 0 when PostgreSQL need
    /// not look for it.
    /// </summary>
    public List<long> After { get; } = [];

    public List<string> Types { get; } = [];

    public List<ReadOnlyMemory<byte>> Payloads { get; } = [];

    public List<DateTime> RecordedAt { get; } = [];

    public List<string?> Traces { get; } = [];

    public int Count => Streams.Count;

    /// <summary>Takes the rows of a batch.</summary>
    /// <param name="appends">The batch.</param>
    /// <param name="known">
    /// Returns whether the version that an append follows is known to exist; PostgreSQL looks for no predecessor of such an
    /// append.
    /// </param>
    /// <returns>Whether PostgreSQL must look for the predecessor of any row.</returns>
    public bool Fill(ReadOnlySpan<JournalAppend> appends, Func<JournalAppend, bool>? known = null)
    {
        Clear();
        var unknown = false;
        foreach (var append in appends)
        {
            var version = append.AfterVersion;
            var after = known is not null && known(append) ? 0 : version;
            unknown |= after > 0;
            for (var i = 0; i < append.Events.Count; i++)
            {
                var journalEvent = append.Events[i];
                Streams.Add(append.Stream);
                Versions.Add(++version);
                After.Add(after);
                Types.Add(journalEvent.Type);
                Payloads.Add(journalEvent.Payload);
                RecordedAt.Add(journalEvent.At.UtcDateTime);
                Traces.Add(journalEvent.Trace);
            }
        }

        return unknown;
    }

    private void Clear()
    {
        Streams.Clear();
        Versions.Clear();
        After.Clear();
        Types.Clear();
        Payloads.Clear();
        RecordedAt.Clear();
        Traces.Clear();
    }
}
