using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Feed;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Grains.Interfaces.Reading;

/// <summary>
/// Reads the lists that may come from a replica: a standby of the database that is read from. Whatever is wrong with the replica, the primary
/// answers. Every process that serves HTTP reads replicas itself; the primary is read as the process always reads it.
/// </summary>
public interface IListReads
{
    /// <summary>A page of orders.</summary>
    /// <exception cref="PositionNotReachedException">The index does not have a demanded position in time.</exception>
    /// <exception cref="OrderIndexUnavailableException">The index cannot be reached.</exception>
    Task<Sourced<OrderPage>> OrdersAsync(OrderQuery query, ReadDemand demand, CancellationToken cancellationToken);

    /// <summary>The SKUs of products whose SKU or name contains a text.</summary>
    /// <param name="text">The text; null or empty for every product.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="afterSku">The SKU after which to begin; null for the first.</param>
    /// <param name="kept">How long the caller keeps the answer, for which it ages.</param>
    /// <exception cref="PositionNotReachedException">A demanded position is not there in time.</exception>
    /// <exception cref="Stock.CatalogueUnavailableException">The store cannot be reached.</exception>
    Task<Sourced<IReadOnlyList<string>>> ProductsAsync(
        string? text, int limit, string? afterSku, TimeSpan kept, ReadDemand demand, CancellationToken cancellationToken);

    /// <summary>A page of the feed.</summary>
    /// <exception cref="PositionNotReachedException">The feed does not have a demanded position in time.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be reached.</exception>
    Task<Sourced<FeedPage>> EventsAsync(FeedQuery query, ReadDemand demand, CancellationToken cancellationToken);

    /// <summary>The figures of the operator's desk.</summary>
    /// <exception cref="PositionNotReachedException">The figures do not have a demanded position in time.</exception>
    /// <exception cref="OrderIndexUnavailableException">A database cannot be reached.</exception>
    Task<Sourced<Statistics>> StatisticsAsync(ReadDemand demand, CancellationToken cancellationToken);

    /// <summary>Returns when the feed of the primary has what is demanded: for those who then follow it.</summary>
    /// <exception cref="PositionNotReachedException">It does not have it in time.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be reached.</exception>
    Task EventsReachAsync(ReadDemand demand, CancellationToken cancellationToken);

    /// <summary>Returns when the figures of the primary have what is demanded: for those who then follow them.</summary>
    /// <exception cref="PositionNotReachedException">They do not have it in time.</exception>
    /// <exception cref="BackOffice.ViewUnavailableException">The views cannot be reached.</exception>
    Task StatisticsReachAsync(ReadDemand demand, CancellationToken cancellationToken);
}

/// <summary>What an answer must have.</summary>
/// <param name="AtLeast">The positions that it must not be older than; empty for none.</param>
/// <param name="AtPrimary">Whether a part of the answer came from the primary already, and nothing older may follow.</param>
public readonly record struct ReadDemand(IReadOnlyList<StreamPosition> AtLeast, bool AtPrimary = false)
{
    /// <summary>Whatever is not too old.</summary>
    public static readonly ReadDemand None = new([]);
}

/// <summary>Where an answer was read.</summary>
public enum ReadSource
{
    /// <summary>At the server that takes the writes.</summary>
    Primary,

    /// <summary>At a server that follows it.</summary>
    Replica,
}

/// <summary>An answer and where it was read.</summary>
public readonly record struct Sourced<T>(T Value, ReadSource From);

/// <summary>What is read does not have a position that the reader demands, and did not get it in time. Reading again later may.</summary>
public sealed class PositionNotReachedException(StreamPosition position)
    : Exception($"What is read does not have {position} yet.");
