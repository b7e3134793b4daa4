using Granary.Grains.BackOffice;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Feed;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Reading;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Orders.Index;
using Granary.Grains.Reading;
using Granary.Grains.Stock;
using Granary.Grains.Webhooks;
using Granary.Journal.PostgreSql;
using Granary.Streams.Views;

namespace Granary.Grains.Sites;

/// <summary>The lists of a site that takes no writes: all of them from its standby. What a reader demands is waited for there.</summary>
public sealed class StandbyLists(
    StandbyReads standby, IEventFeed feed, ReadMetrics metrics, ICurrent<LowStockOptions> lowStock, TimeProvider clock) : IListReads
{
    private const int Minutes = 60;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public Task<Sourced<OrderPage>> OrdersAsync(OrderQuery query, ReadDemand demand, CancellationToken cancellationToken) =>
        ReadAsync("orders", demand, snapshot => SnapshotLists.OrdersAsync(snapshot, query, demand, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Sourced<IReadOnlyList<string>>> ProductsAsync(
        string? text, int limit, string? afterSku, TimeSpan kept, ReadDemand demand, CancellationToken cancellationToken) =>
        ReadAsync("products", demand, snapshot => SnapshotLists.ProductsAsync(snapshot, text, limit, afterSku, demand, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<Sourced<FeedPage>> EventsAsync(FeedQuery query, ReadDemand demand, CancellationToken cancellationToken)
    {
        await EventsReachAsync(demand, cancellationToken);

        // Over the journal of the standby: here its refusals count.
        return new(await feed.ReadAsync(query, cancellationToken), ReadSource.Replica);
    }

    /// <inheritdoc/>
    public Task<Sourced<Statistics>> StatisticsAsync(ReadDemand demand, CancellationToken cancellationToken) => ReadAsync(
        "statistics",
        demand,
        async snapshot =>
        {
            var views = new SnapshotViews(snapshot);
            return await new DemandedPositions(views, snapshot.Journal).MissingInStatisticsAsync(demand.AtLeast, cancellationToken) is null
                ? await FiguresAsync(views, cancellationToken)
                : null;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task EventsReachAsync(ReadDemand demand, CancellationToken cancellationToken) => ReachAsync(
        demand, snapshot => new DemandedPositions(new SnapshotViews(snapshot), snapshot.Journal).MissingInFeedAsync(demand.AtLeast, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task StatisticsReachAsync(ReadDemand demand, CancellationToken cancellationToken) => ReachAsync(
        demand,
        snapshot => new DemandedPositions(new SnapshotViews(snapshot), snapshot.Journal).MissingInStatisticsAsync(demand.AtLeast, cancellationToken),
        cancellationToken);

    /// <summary>The figures without those of silos, of which this site has none that work.</summary>
    private async Task<Statistics> FiguresAsync(SnapshotViews views, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var minute = now.ToUnixTimeSeconds() / 60;
        var orders = new OrderCounts(views);
        using var stock = new StockList(views);
        var counted = await orders.ByMinuteAsync(minute - Minutes + 1, minute + 1, cancellationToken);
        return new Statistics(
            now,
            await orders.ByStatusAsync(cancellationToken),
            [.. Enumerable.Range(0, Minutes).Select(i => counted.TryGetValue(minute - Minutes + 1 + i, out var count) ? count : 0)],
            new Dictionary<string, double>(),
            await new DeliveryStore(views).CountPendingAsync(cancellationToken),
            await stock.CountAsync(lowStock.Value.Threshold, cancellationToken),
            Recent: null,
            IsOfReplica: true);
    }

    private async Task ReachAsync(ReadDemand demand, Func<ReplicaSnapshot, Task<StreamPosition?>> missing, CancellationToken cancellationToken)
    {
        if (demand.AtLeast.Count > 0)
        {
            await WaitAsync(demand, async () => await standby.ReadAsync(missing, cancellationToken) is null ? "" : null, cancellationToken);
        }
    }

    private async Task<Sourced<T>> ReadAsync<T>(
        string list, ReadDemand demand, Func<ReplicaSnapshot, Task<T?>> read, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await WaitAsync(demand, () => standby.ReadAsync(read, cancellationToken), cancellationToken);
        metrics.Read(list, ReadSource.Replica, ReadReason.Fresh);
        return new(answer, ReadSource.Replica);
    }

    private async Task<T> WaitAsync<T>(ReadDemand demand, Func<Task<T?>> read, CancellationToken cancellationToken)
        where T : class
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            if (await read() is { } answer)
            {
                return answer;
            }

            if (clock.GetElapsedTime(began) > ListReads.Patience)
            {
                throw new PositionNotReachedException(demand.AtLeast[0]);
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }
}
