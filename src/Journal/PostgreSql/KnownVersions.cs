namespace Granary.Journal.PostgreSql;

/// <summary>
/// Stream versions that this connection has written and that therefore exist in the database. A connection ends with its server,
/// so its writes exist as long as it lives. Only after a failover, on a new connection, must the writer look them up again.
/// Streams with a single append are not remembered; most orders are such streams.
/// </summary>
internal sealed class KnownVersions
{
    /// <summary>At this number of streams the memory is cleared, and fills again with the streams in use.</summary>
    private const int MostStreams = 100_000;

    private readonly Dictionary<string, long> _newest = new(StringComparer.Ordinal);

    /// <summary>Whether the version that an append follows is known to exist.</summary>
    public bool Covers(JournalAppend append) =>
        append.AfterVersion == 0 || (_newest.TryGetValue(append.Stream, out var newest) && newest >= append.AfterVersion);

    /// <summary>Remembers appends that have become durable.</summary>
    public void Learn(JournalAppend[] appends)
    {
        if (_newest.Count >= MostStreams)
        {
            _newest.Clear();
        }

        foreach (var append in appends)
        {
            if (append.AfterVersion > 0)
            {
                _newest[append.Stream] = append.AfterVersion + append.Events.Count;
            }
        }
    }
}
