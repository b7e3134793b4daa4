using Granary.Grains.Feed;
using Granary.Grains.Interfaces.Feed;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Reading;
using Granary.Grains.Orders.Index;
using Granary.Grains.Stock.Catalogue;
using Granary.Journal.PostgreSql;
using Granary.Streams;
using Granary.Streams.Views;

namespace Granary.Grains.Reading;

/// <summary>The lists as a snapshot of a standby shows them. Each is null where the snapshot does not have what is demanded.</summary>
public sealed class SnapshotLists(PublicEventReader reader, JournalFeed feed)
{
    /// <inheritdoc cref="IListReads.OrdersAsync"/>
    public static async Task<OrderPage?> OrdersAsync(ReplicaSnapshot snapshot, OrderQuery query, ReadDemand demand, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var views = new SnapshotViews(snapshot);
        if (await new DemandedPositions(views, snapshot.Journal).MissingInOrdersAsync(demand.AtLeast, cancellationToken) is not null)
        {
            return null;
        }

        using var index = new OrderIndex(views);
        return await new OrderList(index, snapshot.Journal).ReadAsync(query, cancellationToken);
    }

    /// <inheritdoc cref="IListReads.ProductsAsync"/>
    /// <remarks>
    /// A new name is entered into the catalogue after its event. At the primary it is there when the answer to the change is sent; in a snapshot the event
    /// may be there without it, so the position of a product is answered at the primary.
    /// </remarks>
    public static async Task<IReadOnlyList<string>?> ProductsAsync(
        ReplicaSnapshot snapshot, string? text, int limit, string? afterSku, ReadDemand demand, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (demand.AtLeast.Any(position => position.Kind == PositionKind.Stock)
            || await new DemandedPositions(new SnapshotViews(snapshot), snapshot.Journal).MissingInJournalAsync(demand.AtLeast, cancellationToken) is not null)
        {
            return null;
        }

        return await snapshot.ReadAsync(
            (connection, cancellation) => PostgreSqlCatalogue.SearchAsync(connection, text, limit, afterSku, cancellation), cancellationToken);
    }

    /// <inheritdoc cref="IListReads.EventsAsync"/>
    /// <remarks>
    /// What the snapshot refuses may be right at the primary: a position behind the end of the snapshot was given by the primary.
    /// </remarks>
    public async Task<FeedPage?> EventsAsync(ReplicaSnapshot snapshot, FeedQuery query, ReadDemand demand, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (await new DemandedPositions(new SnapshotViews(snapshot), snapshot.Journal).MissingInFeedAsync(demand.AtLeast, cancellationToken) is not null)
        {
            return null;
        }

        using var there = new EventFeed(snapshot.Journal, reader.At(snapshot.Journal), feed);
        return await there.ReadAsync(query, cancellationToken) is { Refusal: null } page ? page : null;
    }
}
