using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.Interfaces.Reading;
using Granary.Journal;
using Granary.Streams.Views;

namespace Granary.Grains.Reading;

/// <summary>
/// Whether a database has the positions that a reader demands: the events of the journal, and the rows of the view that consumers make of them. At
/// the primary and in a snapshot of a replica it is asked in the same way.
/// </summary>
/// <param name="views">The views.</param>
/// <param name="journal">The journal of the same database, or of the same snapshot.</param>
internal sealed class DemandedPositions(IViewDatabase views, IJournal journal)
{
    private const string VersionOfOrder = "SELECT version FROM order_index WHERE order_id = @key";
    private const string VersionOfStock = "SELECT version FROM stock_level WHERE sku = @key";

    /// <summary>The first position that the index of orders does not have; null where it has all.</summary>
    public Task<StreamPosition?> MissingInOrdersAsync(IReadOnlyList<StreamPosition> positions, CancellationToken cancellationToken) => FirstMissingAsync(
        positions,
        position => position.Kind == PositionKind.Order ? HasRowAsync(VersionOfOrder, position, cancellationToken) : IsInJournalAsync(position, cancellationToken));

    /// <summary>The first position that the views of the figures do not have.</summary>
    public Task<StreamPosition?> MissingInStatisticsAsync(IReadOnlyList<StreamPosition> positions, CancellationToken cancellationToken) => FirstMissingAsync(
        positions,
        position => position.Kind switch
        {
            PositionKind.Order => HasRowAsync(VersionOfOrder, position, cancellationToken),
            PositionKind.Stock => HasRowAsync(VersionOfStock, position, cancellationToken),
            _ => IsInJournalAsync(position, cancellationToken),
        });

    /// <summary>The first position that the journal does not have.</summary>
    public Task<StreamPosition?> MissingInJournalAsync(IReadOnlyList<StreamPosition> positions, CancellationToken cancellationToken) =>
        FirstMissingAsync(positions, position => IsInJournalAsync(position, cancellationToken));

    /// <summary>The first position that lies behind the end of the feed, which is that of its database where the journal has several.</summary>
    public Task<StreamPosition?> MissingInFeedAsync(IReadOnlyList<StreamPosition> positions, CancellationToken cancellationToken)
    {
        var ends = new Dictionary<IJournal, long>();
        return FirstMissingAsync(
            positions,
            async position =>
            {
                var database = journal.Of(StreamOf(position).Stream);
                if (!ends.TryGetValue(database, out var end))
                {
                    // First the end: an event that is found afterwards lies behind it, if in doubt.
                    ends[database] = end = await database.ReadEndAsync(cancellationToken);
                }

                return await ReadAsync(position, cancellationToken) is { } record && record.Position <= end;
            });
    }

    private static async Task<StreamPosition?> FirstMissingAsync(IReadOnlyList<StreamPosition> positions, Func<StreamPosition, Task<bool>> has)
    {
        foreach (var position in positions)
        {
            if (!await has(position))
            {
                return position;
            }
        }

        return null;
    }

    private async Task<bool> HasRowAsync(string sql, StreamPosition position, CancellationToken cancellationToken)
    {
        var versions = await views.ReadAsync(
            (connection, cancellation) => connection.Command(sql, ("key", position.Key)).QueryAsync(row => row.GetInt64(0), cancellation), cancellationToken);
        return versions is [var version] && version >= position.Version;
    }

    private async Task<bool> IsInJournalAsync(StreamPosition position, CancellationToken cancellationToken) =>
        await ReadAsync(position, cancellationToken) is not null;

    /// <summary>The event of a position; null where it is not there.</summary>
    private async Task<JournalRecord?> ReadAsync(StreamPosition position, CancellationToken cancellationToken)
    {
        var (stream, types) = StreamOf(position);
        return await journal.ReadStreamPartAsync(stream, position.Version - 1, position.Version, types, cancellationToken) is [var record] ? record : null;
    }

    /// <summary>The stream of a position, and the types of its events.</summary>
    private static (string Stream, IReadOnlyCollection<string> Types) StreamOf(StreamPosition position) => position.Kind switch
    {
        PositionKind.Order => (JournalStream.OfOrder(position.Key), OrderEvent.Codec.Names),
        PositionKind.Stock => (JournalStream.OfStock(position.Key), StockEvent.Codec.Names),
        PositionKind.Payment => (JournalStream.OfPayment(position.Key), PaymentEvent.Codec.Names),
        PositionKind.User => (JournalStream.OfUser(position.Key), UserEvent.Codec.Names),
        _ => throw new InvalidOperationException($"{position.Kind} has no stream."),
    };
}
