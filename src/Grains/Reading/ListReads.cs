using System.Data.Common;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Feed;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Reading;
using Granary.Grains.Interfaces.Stock;
using Granary.Journal;
using Granary.Streams.Views;

namespace Granary.Grains.Reading;

/// <summary>
/// Reads lists from a replica where one may answer, otherwise from the primary. What a reader demands is waited for at the primary only: a replica
/// without it is passed over, since the primary has it mostly at once.
/// </summary>
public sealed class ListReads(
    IGrainFactory grains,
    ReplicaReads replicas,
    SnapshotLists lists,
    IEventFeed feed,
    IViewDatabase views,
    IJournal journal,
    TimeProvider clock) : IListReads
{
    private const string Orders = "orders";
    private const string Products = "products";
    private const string Events = "events";

    /// <summary>How long the primary's views are waited for. Without a fault they are some milliseconds behind the journal.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    private readonly DemandedPositions _atPrimary = new(views, journal);

    /// <inheritdoc/>
    public async Task<Sourced<OrderPage>> OrdersAsync(OrderQuery query, ReadDemand demand, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var page = await replicas.TryReadAsync(
            Orders, demand, TimeSpan.Zero, snapshot => SnapshotLists.OrdersAsync(snapshot, query, demand, cancellationToken), cancellationToken);
        if (page is not null)
        {
            return new(page, ReadSource.Replica);
        }

        await WaitAsync(demand, _atPrimary.MissingInOrdersAsync, cancellationToken);
        return new(
            await (query.IsOfFirstRelease ? grains.GetGrain<IOrderIndexGrain>(0).List(query) : grains.GetGrain<IOrderSearchGrain>(0).List(query)),
            ReadSource.Primary);
    }

    /// <inheritdoc/>
    public async Task<Sourced<IReadOnlyList<string>>> ProductsAsync(
        string? text, int limit, string? afterSku, TimeSpan kept, ReadDemand demand, CancellationToken cancellationToken)
    {
        var found = await replicas.TryReadAsync(
            Products, demand, kept, snapshot => SnapshotLists.ProductsAsync(snapshot, text, limit, afterSku, demand, cancellationToken), cancellationToken);
        if (found is not null)
        {
            return new(found, ReadSource.Replica);
        }

        await WaitAsync(demand, _atPrimary.MissingInJournalAsync, cancellationToken);
        return new(await grains.GetGrain<ICatalogueGrain>(0).Search(text, limit, afterSku), ReadSource.Primary);
    }

    /// <inheritdoc/>
    public async Task<Sourced<FeedPage>> EventsAsync(FeedQuery query, ReadDemand demand, CancellationToken cancellationToken)
    {
        var page = await replicas.TryReadAsync(
            Events, demand, TimeSpan.Zero, snapshot => lists.EventsAsync(snapshot, query, demand, cancellationToken), cancellationToken);
        if (page is not null)
        {
            return new(page, ReadSource.Replica);
        }

        await EventsReachAsync(demand, cancellationToken);
        return new(await feed.ReadAsync(query, cancellationToken), ReadSource.Primary);
    }

    /// <inheritdoc/>
    public async Task<Sourced<Statistics>> StatisticsAsync(ReadDemand demand, CancellationToken cancellationToken)
    {
        var figures = grains.GetGrain<IStatisticsGrain>(0);
        if (demand.AtLeast.Count == 0)
        {
            var read = await figures.ReadAnywhere();
            return new(read, read.IsOfReplica ? ReadSource.Replica : ReadSource.Primary);
        }

        await StatisticsReachAsync(demand, cancellationToken);
        return new(await figures.ReadAnew(), ReadSource.Primary);
    }

    /// <inheritdoc/>
    public Task EventsReachAsync(ReadDemand demand, CancellationToken cancellationToken) =>
        WaitAsync(demand, _atPrimary.MissingInFeedAsync, cancellationToken);

    /// <inheritdoc/>
    public Task StatisticsReachAsync(ReadDemand demand, CancellationToken cancellationToken) =>
        WaitAsync(demand, _atPrimary.MissingInStatisticsAsync, cancellationToken);

    private async Task WaitAsync(
        ReadDemand demand, Func<IReadOnlyList<StreamPosition>, CancellationToken, Task<StreamPosition?>> missing, CancellationToken cancellationToken)
    {
        if (demand.AtLeast.Count == 0)
        {
            return;
        }

        var began = clock.GetTimestamp();
        for (var pause = FirstPause; await FirstMissingAsync() is { } position; pause = pause < LongestPause ? 2 * pause : pause)
        {
            if (clock.GetElapsedTime(began) > Patience)
            {
                throw new PositionNotReachedException(position);
            }

            await Task.Delay(pause, clock, cancellationToken);
        }

        async Task<StreamPosition?> FirstMissingAsync()
        {
            try
            {
                return await missing(demand.AtLeast, cancellationToken);
            }
            catch (DbException fault)
            {
                throw new ViewUnavailableException($"The views cannot be reached: {fault.Message}");
            }
        }
    }
}
