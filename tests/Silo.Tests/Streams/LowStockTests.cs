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

/// <summary>Low-stock alerts of the whole product, embedded.</summary>
public sealed class LowStockTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-alerts-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task One_alert_is_recorded_when_an_item_runs_low_and_one_when_it_is_replenished()
    {
        await using var product = await StartAsync(threshold: 3);
        await product.OpenAsync(stock: 5);
        await product.PlaceAsync();
        var third = await product.PlaceAsync();

        var low = Assert.IsType<StockLow>(Assert.Single(await UntilAlerts(product, 1)));
        Assert.Equal((Product.Sku, 3, 3), (low.Sku, low.Available, low.Threshold));

        // A further decrease is no second crossing; a cancelled order releases its units, which is one crossing upwards.
        var fourth = await product.PlaceAsync();
        await UntilHandled(product);
        Assert.Single(await AlertsAsync(product));
        await CancelAsync(product, third);
        await CancelAsync(product, fourth);

        var replenished = Assert.IsType<StockReplenished>((await UntilAlerts(product, 2))[1]);
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
        await using (var product = await StartAsync(threshold: 3))
        {
            await product.OpenAsync(stock: 5);
            await product.Grains.GetGrain<IStockGrain>("NEVER").Define(new DefineProduct("Never", null, 1, null, UserId.System));
            await UntilHandled(product, "NEVER");
            Assert.Empty(await AlertsAsync(product, "NEVER"));
        }

        await using var silent = await StartAsync(threshold: 0);
        await silent.PlaceAsync();
        await silent.PlaceAsync();
        await silent.PlaceAsync();
        await UntilHandled(silent);
        Assert.Empty(await AlertsAsync(silent));
    }

    private static async Task<IReadOnlyList<StockAlert>> AlertsAsync(Product product, string sku = Product.Sku) =>
        [.. (await product.Service<IJournal>().ReadStreamAsync(JournalStream.OfStockAlert(sku), 0, Cancellation)).Select(StockAlert.Codec.Decode)];

    private static async Task<IReadOnlyList<StockAlert>> UntilAlerts(Product product, int count)
    {
        IReadOnlyList<StockAlert> alerts = [];
        await Eventually.HoldsAsync(
            async () => (alerts = await AlertsAsync(product)).Count >= count, $"{count} alerts are recorded", cancellation: Cancellation);
        return alerts;
    }

    /// <summary>Waits until the consumer has processed every event of an item.</summary>
    private static async Task UntilHandled(Product product, string sku = Product.Sku)
    {
        var last = (await product.Service<IJournal>().ReadStreamAsync("stock/" + sku, 0, Cancellation))[^1].Position;
        await Eventually.HoldsAsync(
            async () => await Consumer(product, sku).GetPositionAsync() >= last, "the consumer is up to date", cancellation: Cancellation);
    }

    private static async Task RewindAsync(Product product)
    {
        await Consumer(product, Product.Sku).RewindAsync(0);
        product.Service<JournalFeed>().Nudge();
    }

    private static IJournalConsumer Consumer(Product product, string sku)
    {
        var partition = StreamNames.PartitionOf(JournalStream.OfStockAlert(sku), new StreamSettings().Partitions);
        return product.Grains.GetGrain<IJournalConsumer>(
            GrainId.Create(LowStockConsumer.Name, StreamNames.StreamOf(StreamNames.Stock, partition).GetKeyAsString()));
    }

    private static async Task CancelAsync(Product product, Order order)
    {
        var reply = await product.Grains.GetGrain<IOrderGrain>(order.Id).Cancel(new OrderCommand(Product.Customer, null, null), null);
        Assert.Null(reply.Refusal);
    }

    private Task<Product> StartAsync(long threshold) => Product.StartAsync(
        new Dictionary<string, string?>
        {
            ["Granary:DataDirectory"] = _directory.FullName,
            ["Granary:Stock:LowThreshold"] = threshold.ToString(System.Globalization.CultureInfo.InvariantCulture),
        },
        Cancellation);
}
