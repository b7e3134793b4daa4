using Granary.Domain.Events;
using Granary.Grains.Stock;
using Granary.Streams;
using Orleans.Placement;

namespace Granary.Grains.BackOffice;

/// <summary>
/// Keeps the list of stock levels. What an event changes in them depends on the claims of the item, so the consumer asks each item once
/// per batch, however many events it has, and writes one row for it.
/// </summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Stock), PreferLocalPlacement]
public sealed class StockListConsumer(ConsumerServices services, StockList list) : JournalConsumer(services)
{
    /// <summary>The consumer's name.</summary>
    public const string Name = "stock-levels";

    /// <summary>The last version of each item that is known to be in the list.</summary>
    private readonly Dictionary<string, long> _listed = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override string Consumer => Name;

    /// <inheritdoc/>
    protected override string Namespace => StreamNames.Stock;

    /// <inheritdoc/>
    protected override async Task HandleAsync(IReadOnlyList<JournalRecord> events)
    {
        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var record in events)
        {
            if (JournalStream.KindOf(record.Stream) == StreamKind.Stock)
            {
                newest[JournalStream.KeyOf(record.Stream)] = record.Version;
            }
        }

        // An item often told its level after events that come only now.
        var levels = await Task.WhenAll(newest
            .Where(item => _listed.GetValueOrDefault(item.Key) < item.Value)
            .Select(item => GrainFactory.LevelAsync(item.Key, item.Value)));
        if (levels.Length > 0)
        {
            await list.UpsertAsync(levels, CancellationToken.None);
        }

        foreach (var level in levels)
        {
            _listed[level.Sku] = level.Version;
        }
    }

    /// <inheritdoc/>
    protected override TimeSpan Pace => GatheringPace;
}
