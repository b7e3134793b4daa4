using Granary.Domain.Events;
using Granary.Domain.Stock;
using Granary.Grains.Interfaces.Settings;
using Granary.Journal;
using Granary.Streams;
using Orleans.Placement;

namespace Granary.Grains.Stock;

/// <summary>
/// Records, once per crossing, that a stock item is low or has enough again: <c>stock.low</c> and <c>stock.replenished</c> in the
/// journal stream <c>stock-alert/&lt;sku&gt;</c>. An event costs a subtraction; the consumer asks the item at most once per
/// batch, and only while the item may be near the threshold.
/// </summary>
/// <remarks>
/// An alert contains the level at the time of the question, so a consumer that catches up reports what is low now and not what
/// once was. When events are delivered twice, the consumer finds the alert already recorded; the alert's version lets only one of
/// two concurrent activations record it.
/// </remarks>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Stock), PreferLocalPlacement]
public sealed class LowStockConsumer(ConsumerServices services, IJournal journal, ICurrent<LowStockOptions> options, StockMetrics metrics)
    : JournalConsumer(services)
{
    /// <summary>The consumer's name.</summary>
    public const string Name = "low-stock";

    private readonly Dictionary<string, StockWatch> _watches = new(StringComparer.Ordinal);
    private long _threshold;

    /// <inheritdoc/>
    protected override string Consumer => Name;

    /// <inheritdoc/>
    protected override string Namespace => StreamNames.Stock;

    /// <inheritdoc/>
    protected override async Task HandleAsync(IReadOnlyList<JournalRecord> events)
    {
        var threshold = options.Value.Threshold;
        if (threshold != _threshold)
        {
            // What is known of an item tells nothing of another threshold: the item is asked at its next event.
            _watches.Clear();
            _threshold = threshold;
        }

        if (threshold == 0)
        {
            return;
        }

        var items = events.Where(record => JournalStream.KindOf(record.Stream) == StreamKind.Stock).ToLookup(record => JournalStream.KeyOf(record.Stream));
        await LearnAsync([.. items.Select(item => item.Key).Where(sku => !_watches.ContainsKey(sku))]);
        foreach (var item in items)
        {
            _watches[item.Key] = item.Aggregate(
                _watches[item.Key], (watch, record) => watch.Apply(StockEvent.Codec.Decode(record), record.Version));
        }

        await Task.WhenAll(items.Select(item => item.Key).Where(sku => _watches[sku].MustAsk(threshold)).Select(sku => CheckAsync(sku, threshold)));
    }

    /// <summary>Reads the last alerts of items that are new to this activation.</summary>
    private async Task LearnAsync(IReadOnlyList<string> skus)
    {
        if (skus.Count == 0)
        {
            return;
        }

        var alerts = await journal.ReadStreamsAsync([.. skus.Select(JournalStream.OfStockAlert)]);
        foreach (var sku in skus)
        {
            // Its units are unknown so far, so the consumer asks it in any case.
            var last = alerts[JournalStream.OfStockAlert(sku)].LastOrDefault();
            _watches[sku] = new StockWatch
            {
                AlertVersion = last?.Version ?? 0,
                IsLow = last is not null && StockAlert.Codec.Decode(last) is StockLow,
                MayHaveRisen = true,
                AtLeast = long.MinValue / 2,
            };
        }
    }

    private async Task CheckAsync(string sku, long threshold)
    {
        var watch = _watches[sku];
        var level = await GrainFactory.LevelAsync(sku, watch.StockVersion);
        var alert = watch.AlertAt(level, threshold);
        if (alert is not null)
        {
            var appended = StockAlert.Codec.Encode(alert, Now, trace: null);
            await journal.AppendAsync(new JournalAppend(JournalStream.OfStockAlert(sku), watch.AlertVersion, [appended]));
            metrics.Alerted(alert);
        }

        _watches[sku] = watch.After(level, alert);
    }
}
