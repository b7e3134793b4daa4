namespace Granary.Journal;

/// <summary>The rows of a batch as columns, the form in which PostgreSQL takes them as array parameters. Reused from batch to batch.</summary>
internal sealed class JournalColumns
{
    public List<string> Streams { get; } = [];

    public List<long> Versions { get; } = [];

    /// <summary>The version that the row's append follows; a row at the next version is the append's head.</summary>
    public List<long> After { get; } = [];

    public List<string> Types { get; } = [];

    public List<ReadOnlyMemory<byte>> Payloads { get; } = [];

    public List<DateTime> RecordedAt { get; } = [];

    public List<string?> Traces { get; } = [];

    public int Count => Streams.Count;

    public void Fill(ReadOnlySpan<JournalAppend> appends)
    {
        Clear();
        foreach (var append in appends)
        {
            var version = append.AfterVersion;
            foreach (var journalEvent in append.Events)
            {
                Streams.Add(append.Stream);
                Versions.Add(++version);
                After.Add(append.AfterVersion);
                Types.Add(journalEvent.Type);
                Payloads.Add(journalEvent.Payload);
                RecordedAt.Add(journalEvent.At.UtcDateTime);
                Traces.Add(journalEvent.Trace);
            }
        }
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
