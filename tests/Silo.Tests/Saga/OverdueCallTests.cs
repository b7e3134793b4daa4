using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Testing;

namespace Granary.Silo.Tests.Saga;

/// <summary>A call of a front end whose answer is overdue is made a second time, while a grain of its process is still at the first.</summary>
public sealed class OverdueCallTests(OverdueCallTests.ImpatientFrontEnd silo) : IClassFixture<OverdueCallTests.ImpatientFrontEnd>
{
    [Fact]
    public async Task It_has_the_arguments_of_the_first_and_takes_effect_once()
    {
        var sku = await silo.NewProductAsync("OVERDUE", 100, 100);
        var calls = silo.Calls.Of(sku, nameof(IStockGrain.Adjust));
        var stuck = new TaskCompletionSource();
        silo.Store.Interrupt(_ => stuck.Task);

        var adjusting = silo.Stock(sku).Adjust(new AdjustStock(7, "delivery", "key", UserId.System));
        await Eventually.HoldsAsync(() => silo.Calls.Of(sku, nameof(IStockGrain.Adjust)) == calls + 2, "the call is made again", cancellation: TestContext.Current.CancellationToken);
        stuck.SetResult();

        Assert.Equal(107, (await adjusting).Level!.Available);
        Assert.Equal(calls + 2, silo.Calls.Of(sku, nameof(IStockGrain.Adjust)));
    }

    [Fact]
    public async Task It_is_made_twice_and_no_more()
    {
        var sku = await silo.NewProductAsync("NEVER", 100, 100);
        var calls = silo.Calls.Of(sku, nameof(IStockGrain.Adjust));
        var stuck = new TaskCompletionSource();
        silo.Store.Interrupt(_ => stuck.Task);

        await Assert.ThrowsAsync<TimeoutException>(() => silo.Stock(sku).Adjust(new AdjustStock(7, "delivery", "key", UserId.System)));

        stuck.SetResult();
        Assert.Equal(calls + 2, silo.Calls.Of(sku, nameof(IStockGrain.Adjust)));
    }

    public sealed class ImpatientFrontEnd : RetryTests.FrontEnd
    {
        /// <inheritdoc/>
        protected override TimeSpan ResponseTimeout => TimeSpan.FromSeconds(6);
    }
}
