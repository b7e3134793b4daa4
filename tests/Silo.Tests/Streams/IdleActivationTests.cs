using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Orders;
using Granary.Grains.Stock;
using Granary.Testing;
using Orleans.Runtime;

namespace Granary.Silo.Tests.Streams;

/// <summary>Orders leave memory when nobody calls them, and come back with their next call; what many orders share stays.</summary>
public sealed class IdleActivationTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-idle-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Orders_leave_memory_when_they_are_idle_and_stock_items_stay()
    {
        await using var silo = await WholeSilo.StartAsync(
            new Dictionary<string, string?> { ["Granary:DataDirectory"] = _directory.FullName }, Cancellation);
        await silo.OpenAsync();
        var order = await silo.PlaceAsync();
        await silo.PlaceAsync();
        var management = silo.Grains.GetGrain<IManagementGrain>(0);
        // The first ones may be gone before they are counted on a slow machine, so a call brings one back.
        await Eventually.HoldsAsync(
            async () =>
            {
                await ReadAsync();
                return await CountAsync(typeof(OrderGrain)) > 0;
            },
            "an order that was called is in memory",
            cancellation: Cancellation);

        await Eventually.HoldsAsync(async () => await CountAsync(typeof(OrderGrain)) == 0, "the orders leave memory", cancellation: Cancellation);

        Assert.Equal(1, await CountAsync(typeof(StockGrain)));
        Assert.Equal(order.Id, await ReadAsync());

        async Task<string> ReadAsync() => (await silo.Grains.GetGrain<IOrderGrain>(order.Id).Get(owner: null)).Order!.Id;

        async Task<int> CountAsync(Type grain) =>
            (await management.GetSimpleGrainStatistics()).Where(statistic => statistic.GrainType.Contains(grain.FullName!, StringComparison.Ordinal)).Sum(statistic => statistic.ActivationCount);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
