using Granary.Grains.Interfaces.Orders;
using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.BackOffice;

/// <summary>The figures of the operator's desk. One activation in the cluster computes them for all callers; the key is 0.</summary>
[Alias("granary.statistics-grain"), Version(1)]
public interface IStatisticsGrain : IGrainWithIntegerKey
{
    /// <summary>The figures, at most a second old.</summary>
    /// <exception cref="OrderIndexUnavailableException">A database cannot be reached.</exception>
    [Alias("read"), Idempotent]
    Task<Statistics> Read();
}

/// <summary>The figures of the operator's desk.</summary>
/// <param name="At">When they were computed.</param>
/// <param name="Orders">Orders by status, of those that have some.</param>
/// <param name="OrdersPerMinute">Orders placed in each of the last 60 minutes, the oldest first; the last one is under way.</param>
/// <param name="Lag">By consumer, how many seconds it is behind the journal.</param>
/// <param name="PendingWebhooks">Deliveries that are still to be made.</param>
/// <param name="LowStock">Stock items that are low.</param>
[GenerateSerializer, Immutable, Alias("granary.statistics")]
public sealed record Statistics(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] IReadOnlyDictionary<OrderStatus, long> Orders,
    [property: Id(2)] IReadOnlyList<long> OrdersPerMinute,
    [property: Id(3)] IReadOnlyDictionary<string, double> Lag,
    [property: Id(4)] long PendingWebhooks,
    [property: Id(5)] long LowStock);
