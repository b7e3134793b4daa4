namespace Granary.Grains.Interfaces.Orders;

/// <summary>
/// Follows orders by reading the journal instead of calling their grains: it does not matter where a grain lives or whether it
/// moves, and a follower puts no load on grains.
/// </summary>
public interface IOrderTracker
{
    /// <summary>
    /// The changes of an order after a version: first the past ones, then new ones as they happen, until the order reaches a
    /// terminal status.
    /// </summary>
    /// <param name="orderId">The order.</param>
    /// <param name="afterVersion">The last version that the reader has seen; 0, or one that the order does not have, for everything.</param>
    /// <param name="follower">The user who reads: the sequence yields null when what this user may do has changed.</param>
    /// <param name="heartbeat">After this time without a change, the sequence yields null, too.</param>
    IAsyncEnumerable<OrderUpdate?> FollowAsync(
        string orderId, long afterVersion, string follower, TimeSpan heartbeat, CancellationToken cancellationToken);
}

/// <summary>One change of an order.</summary>
/// <param name="Version">The order's version after the change.</param>
/// <param name="Type">The event's type name, such as <c>order.paid</c>.</param>
/// <param name="At">When it was decided.</param>
/// <param name="By">The user who asked for it.</param>
/// <param name="Status">The order's status after the change.</param>
public sealed record OrderUpdate(long Version, string Type, DateTimeOffset At, string By, OrderStatus Status);
