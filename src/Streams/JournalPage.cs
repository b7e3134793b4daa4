using Granary.Domain.Events;
using Granary.Domain.Trail;

namespace Granary.Streams;

/// <summary>
/// New events of the journal in position order. The route of each event is computed once for all partitions that read the page.
/// </summary>
public sealed class JournalPage(IReadOnlyList<JournalRecord> events, int partitions)
{
    private StreamRoute[]? _routes;
    private List<(int Index, int Partition)>? _audited;

    /// <summary>The events.</summary>
    public IReadOnlyList<JournalRecord> Events => events;

    /// <summary>Every event of the journal up to this position has been delivered with this page.</summary>
    public long Through => events[^1].Position;

    /// <summary>The route of each event. Not safe for concurrent use.</summary>
    internal ReadOnlySpan<StreamRoute> Routes => _routes ??= [.. events.Select(record => StreamRoute.Of(record.Stream, partitions))];

    /// <summary>The indexes of the events that are published in <see cref="StreamNames.Audited"/>, too. Not safe for concurrent use.</summary>
    internal IReadOnlyList<(int Index, int Partition)> Audited => _audited ??= [.. events.Index()
        .Where(record => AuditTrail.Reads(record.Item.Type))
        .Select(record => (record.Index, StreamNames.PartitionOf(record.Item.Stream, partitions)))];
}

/// <summary>The route of all events of one journal stream.</summary>
/// <param name="Namespace">The index in <see cref="StreamNames.Namespaces"/>; -1 for events that are not published.</param>
/// <param name="Partition">The partition within the namespace.</param>
internal readonly record struct StreamRoute(int Namespace, int Partition)
{
    /// <summary>The route of a journal stream.</summary>
    public static StreamRoute Of(string journalStream, int partitions) =>
        StreamNames.NamespaceOf(journalStream) is { } name
            ? new(name == StreamNames.Orders ? 0 : 1, StreamNames.PartitionOf(journalStream, partitions))
            : new(-1, -1);
}
