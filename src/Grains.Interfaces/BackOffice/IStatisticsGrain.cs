using Granary.Grains.Interfaces.Orders;
using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.BackOffice;

/// <summary>The figures of the operator's desk. One activation in the cluster computes them for all callers; the key is 0.</summary>
[Alias("granary.statistics-grain"), Version(1)]
public interface IStatisticsGrain : IGrainWithIntegerKey
{
    /// <summary>The figures, not older than the interval of <see cref="StatisticsOptions"/>.</summary>
    /// <exception cref="OrderIndexUnavailableException">A database cannot be reached.</exception>
    [Alias("read"), Idempotent]
    Task<Statistics> Read();

    /// <summary>The same, and where a replica of the database may be read, from there: they may be older by what a replica may be behind.</summary>
    /// <exception cref="OrderIndexUnavailableException">A database cannot be reached.</exception>
    [Alias("read-anywhere"), Idempotent]
    Task<Statistics> ReadAnywhere();

    /// <summary>Figures of the primary that are computed from now on.</summary>
    /// <exception cref="OrderIndexUnavailableException">A database cannot be reached.</exception>
    [Alias("read-anew"), Idempotent]
    Task<Statistics> ReadAnew();
}

/// <summary>The figures of the operator's desk.</summary>
/// <param name="At">When they were computed.</param>
/// <param name="Orders">Orders by status, of those that have some.</param>
/// <param name="OrdersPerMinute">Orders placed in each of the last 60 minutes, the oldest first; the last one is under way.</param>
/// <param name="Lag">By consumer, how many seconds it is behind the journal.</param>
/// <param name="PendingWebhooks">Deliveries that are still to be made.</param>
/// <param name="LowStock">Stock items that are low.</param>
/// <param name="Recent">What the silos did in the last minute; null where a silo of the previous release computed the figures.</param>
/// <param name="IsOfReplica">Whether what comes from a database was read from a replica.</param>
[GenerateSerializer, Immutable, Alias("granary.statistics")]
public sealed record Statistics(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] IReadOnlyDictionary<OrderStatus, long> Orders,
    [property: Id(2)] IReadOnlyList<long> OrdersPerMinute,
    [property: Id(3)] IReadOnlyDictionary<string, double> Lag,
    [property: Id(4)] long PendingWebhooks,
    [property: Id(5)] long LowStock,
    [property: Id(6)] RecentFigures? Recent = null,
    [property: Id(7)] bool IsOfReplica = false);

/// <summary>What the silos of the cluster did in the last minute, and how they are.</summary>
/// <param name="Silos">Active silos.</param>
/// <param name="Placed">Orders placed.</param>
/// <param name="PlacingP50">The time in seconds in which half of them were placed, within 5 %; null without any.</param>
/// <param name="PlacingP99">The time in seconds in which 99 of 100 were placed, within 5 %; null without any.</param>
/// <param name="Deducted">Reservations of stock that succeeded.</param>
/// <param name="Refused">Reservations of stock that failed.</param>
/// <param name="Breakers">By class of calls to the payment provider, the word for the worst state of its breakers.</param>
[GenerateSerializer, Immutable, Alias("granary.recent-figures")]
public sealed record RecentFigures(
    [property: Id(0)] int Silos,
    [property: Id(1)] long Placed,
    [property: Id(2)] double? PlacingP50,
    [property: Id(3)] double? PlacingP99,
    [property: Id(4)] long Deducted,
    [property: Id(5)] long Refused,
    [property: Id(6)] IReadOnlyDictionary<string, string> Breakers);
