namespace Granary.Journal.PostgreSql;

/// <summary>
/// Versions that a connection knows to be in the database, because it wrote them. A connection ends with its server, so what it
/// wrote is there as long as it lives: only after a failover, over another connection, a writer must look again. Streams
/// that were appended to once are not worth remembering; most orders are such.
/// </summary>
internal sealed class KnownVersions
{
    /// <summary>Streams from which all are forgotten, to begin again with those in use.</summary>
    private const int MostStreams = 100_000;

    private readonly Dictionary<string, long> _newest = new(StringComparer.Ordinal);

    /// <summary>Whether the version that an append follows is known to be there.</summary>
    public bool Covers(JournalAppend append) =>
        append.AfterVersion == 0 || (_newest.TryGetValue(append.Stream, out var newest) && newest >= append.AfterVersion);

    /// <summary>Appends have become durable.</summary>
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
