using Granary.Domain.Events;
using Granary.Domain.Payments;
using Granary.Domain.Trail;

namespace Granary.Streams;

/// <summary>
/// New events of the journal in position order. The route of each event is computed once for all partitions that read the page.
/// </summary>
public sealed class JournalPage(IReadOnlyList<JournalRecord> events, int partitions)
{
    private StreamRoute[]? _routes;
    private List<(int Index, int Namespace, int Partition)>? _besides;

    /// <summary>The events.</summary>
    public IReadOnlyList<JournalRecord> Events => events;

    /// <summary>Every event of the journal up to this position has been delivered with this page.</summary>
    public long Through => events[^1].Position;

    /// <summary>The route of each event. Not safe for concurrent use.</summary>
    internal ReadOnlySpan<StreamRoute> Routes => _routes ??= [.. events.Select(record => StreamRoute.Of(record.Stream, partitions))];

    /// <summary>
    /// The indexes of the events that are published in <see cref="StreamNames.Audited"/> or <see cref="StreamNames.Payments"/>, too. Not safe
    /// for concurrent use.
    /// </summary>
    internal IReadOnlyList<(int Index, int Namespace, int Partition)> Besides => _besides ??= FindBesides();

    private List<(int Index, int Namespace, int Partition)> FindBesides()
    {
        var besides = new List<(int, int, int)>();
        for (var i = 0; i < events.Count; i++)
        {
            var (type, stream) = (events[i].Type, events[i].Stream);
            if (AuditTrail.Reads(type))
            {
                besides.Add((i, StreamRoute.Audited, StreamNames.PartitionOf(stream, partitions)));
            }

            if (PaymentNews.Has(type))
            {
                besides.Add((i, StreamRoute.Payments, StreamNames.PartitionOf(stream, partitions)));
            }
        }

        return besides;
    }
}

/// <summary>The route of all events of one journal stream.</summary>
/// <param name="Namespace">The index in <see cref="StreamNames.Namespaces"/>; -1 for events that are not published.</param>
/// <param name="Partition">The partition within the namespace.</param>
internal readonly record struct StreamRoute(int Namespace, int Partition)
{
    private static readonly int Orders = IndexOf(StreamNames.Orders);
    private static readonly int Stock = IndexOf(StreamNames.Stock);

    /// <summary>The index of <see cref="StreamNames.Audited"/>.</summary>
    public static int Audited { get; } = IndexOf(StreamNames.Audited);

    /// <summary>The index of <see cref="StreamNames.Payments"/>.</summary>
    public static int Payments { get; } = IndexOf(StreamNames.Payments);

    /// <summary>The route of a journal stream.</summary>
    public static StreamRoute Of(string journalStream, int partitions) => StreamNames.NamespaceOf(journalStream) switch
    {
        StreamNames.Orders => new(Orders, StreamNames.PartitionOf(journalStream, partitions)),
        StreamNames.Stock => new(Stock, StreamNames.PartitionOf(journalStream, partitions)),
        StreamNames.Payments => new(Payments, StreamNames.PartitionOf(journalStream, partitions)),
        _ => new(-1, -1),
    };

    private static int IndexOf(string name) => StreamNames.Namespaces.Index().Single(known => known.Item == name).Index;
}
