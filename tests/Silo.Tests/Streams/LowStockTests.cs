using Granary.Domain.Events;
using Granary.Domain.Stock;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Stock;
using Granary.Journal;
using Granary.Streams;
using Granary.Testing;

namespace Granary.Silo.Tests.Streams;

/// <summary>Low-stock alerts of the whole silo, embedded.</summary>
public sealed class LowStockTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-alerts-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task One_alert_is_recorded_when_an_item_runs_low_and_one_when_it_is_replenished()
    {
        await using var silo = await StartAsync(threshold: 3);
        await silo.OpenAsync(stock: 5);
        await silo.PlaceAsync();
        var third = await silo.PlaceAsync();

        var low = Assert.IsType<StockLow>(Assert.Single(await UntilAlerts(silo, 1)));
        Assert.Equal((WholeSilo.Sku, 3, 3), (low.Sku, low.Available, low.Threshold));

        // A further decrease is no second crossing; a cancelled order releases its units, which is one crossing upwards.
        var fourth = await silo.PlaceAsync();
        await UntilHandled(silo);
        Assert.Single(await AlertsAsync(silo));
        await CancelAsync(silo, third);
        await CancelAsync(silo, fourth);

        var replenished = Assert.IsType<StockReplenished>((await UntilAlerts(silo, 2))[1]);
        Assert.Equal(4, replenished.Available);
    }

    [Fact]
    public async Task Events_delivered_again_after_a_restart_or_a_rewind_record_no_second_alert()
    {
        await using (var first = await StartAsync(threshold: 3))
        {
            await first.OpenAsync(stock: 3);
            await UntilAlerts(first, 1);
            await RewindAsync(first);
            await UntilHandled(first);
            Assert.Single(await AlertsAsync(first));
        }

        await using var second = await StartAsync(threshold: 3);
        await RewindAsync(second);
        await second.PlaceAsync();
        await UntilHandled(second);
        Assert.Single(await AlertsAsync(second));
    }

    [Fact]
    public async Task A_product_that_never_had_stock_is_not_low_and_a_threshold_of_0_turns_alerts_off()
    {
        await using (var silo = await StartAsync(threshold: 3))
        {
            await silo.OpenAsync(stock: 5);
            await silo.Grains.GetGrain<IStockGrain>("NEVER").Define(new DefineProduct("Never", null, 1, null, UserId.System));
            await UntilHandled(silo, "NEVER");
            Assert.Empty(await AlertsAsync(silo, "NEVER"));
        }

        await using var silent = await StartAsync(threshold: 0);
        await silent.PlaceAsync();
        await silent.PlaceAsync();
        await silent.PlaceAsync();
        await UntilHandled(silent);
        Assert.Empty(await AlertsAsync(silent));
    }

    private static async Task<IReadOnlyList<StockAlert>> AlertsAsync(WholeSilo silo, string sku = WholeSilo.Sku) =>
        [.. (await silo.Service<IJournal>().ReadStreamAsync(JournalStream.OfStockAlert(sku), 0, Cancellation)).Select(StockAlert.Codec.Decode)];

    private static async Task<IReadOnlyList<StockAlert>> UntilAlerts(WholeSilo silo, int count)
    {
        IReadOnlyList<StockAlert> alerts = [];
        await Eventually.HoldsAsync(
            async () => (alerts = await AlertsAsync(silo)).Count >= count, $"{count} alerts are recorded", cancellation: Cancellation);
        return alerts;
    }

    /// <summary>Waits until the consumer has processed every event of an item.</summary>
    private static async Task UntilHandled(WholeSilo silo, string sku = WholeSilo.Sku)
    {
        var last = (await silo.Service<IJournal>().ReadStreamAsync("stock/" + sku, 0, Cancellation))[^1].Position;
        await Eventually.HoldsAsync(
            async () => await Consumer(silo, sku).GetPositionAsync() >= last, "the consumer is up to date", cancellation: Cancellation);
    }

    private static async Task RewindAsync(WholeSilo silo)
    {
        await Consumer(silo, WholeSilo.Sku).RewindAsync(0);
        silo.Service<JournalFeed>().Nudge();
    }

    private static IJournalConsumer Consumer(WholeSilo silo, string sku)
    {
        var partition = StreamNames.PartitionOf(JournalStream.OfStockAlert(sku), new StreamSettings().Partitions);
        return silo.Grains.GetGrain<IJournalConsumer>(
            GrainId.Create(LowStockConsumer.Name, StreamNames.StreamOf(StreamNames.Stock, partition).GetKeyAsString()));
    }

    private static async Task CancelAsync(WholeSilo silo, Order order)
    {
        var reply = await silo.Grains.GetGrain<IOrderGrain>(order.Id).Cancel(new OrderCommand(WholeSilo.Customer, null, null), null);
        Assert.Null(reply.Refusal);
    }

    private Task<WholeSilo> StartAsync(long threshold) => WholeSilo.StartAsync(
        new Dictionary<string, string?>
        {
            ["Granary:DataDirectory"] = _directory.FullName,
            ["Granary:Stock:LowThreshold"] = threshold.ToString(System.Globalization.CultureInfo.InvariantCulture),
        },
        Cancellation);
}
