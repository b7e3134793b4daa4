using Granary.Domain.Events;
using Granary.Domain.Payments;
using Granary.Journal;

namespace Granary.Grains.Payments.Reconciling;

/// <summary>Reads payments with all of their operations from the journal.</summary>
public sealed class PaymentJournal(IJournal journal)
{
    private const int PageLength = 5_000;
    private const int StreamsAtOnce = 500;

    /// <summary>The payments that something happened to within a span and an hour around it, and those that are named.</summary>
    /// <param name="named">Ids of payments, whether the journal has them or not.</param>
    /// <returns>By id. A payment that the journal does not have is absent.</returns>
    /// <exception cref="DamagedRecordException">A payment cannot be read. It must not be taken for one that the journal does not have.</exception>
    public async Task<IReadOnlyDictionary<string, PaymentHistory>> ReadAsync(
        ReconciledSpan span, IEnumerable<string> named, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(named);
        var streams = named.Select(JournalStream.OfPayment).ToHashSet(StringComparer.Ordinal);
        foreach (var database in journal.Databases)
        {
            streams.UnionWith(await StreamsOfAsync(database, span, cancellationToken));
        }

        var found = new Dictionary<string, PaymentHistory>(StringComparer.Ordinal);
        foreach (var some in streams.Chunk(StreamsAtOnce))
        {
            foreach (var records in await journal.ReadStreamsAsync(some, cancellationToken))
            {
                var id = JournalStream.KeyOf(records.Key);
                found.Add(id, PaymentHistory.Of(id, records));
            }
        }

        return found;
    }

    /// <summary>The payments of a database of the journal that something happened to within a span.</summary>
    private static async Task<IReadOnlySet<string>> StreamsOfAsync(IJournal database, ReconciledSpan span, CancellationToken cancellationToken)
    {
        var streams = new HashSet<string>(StringComparer.Ordinal);
        var after = await FindAsync(database, span.ListFrom, cancellationToken);
        for (var isOver = false; !isOver;)
        {
            var page = await database.ReadAllAsync(after, PageLength, cancellationToken);
            streams.UnionWith(page.Select(record => record.Stream).Where(stream => JournalStream.KindOf(stream) == StreamKind.Payment));
            isOver = page.Count == 0 || page[^1].At >= span.ListTo;
            after = page.Count == 0 ? after : page[^1].Position;
        }

        return streams;
    }

    /// <summary>
    /// A position before every event from a time on. Positions grow with time, but for the clocks of several silos, for which the spans have a
    /// margin.
    /// </summary>
    private static async Task<long> FindAsync(IJournal database, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var (low, high) = (0L, await database.ReadEndAsync(cancellationToken));
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var page = await database.ReadAllAsync(middle, 1, cancellationToken);
            if (page.Count == 0 || page[0].At >= time)
            {
                high = middle;
            }
            else
            {
                low = page[0].Position;
            }
        }

        return low;
    }
}
