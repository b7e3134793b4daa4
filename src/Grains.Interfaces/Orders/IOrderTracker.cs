namespace Granary.Grains.Interfaces.Orders;

/// <summary>
/// Follows orders from the journal, not from their grains: where a grain lives, or that it moves, does not matter, and a
/// follower costs no grain anything.
/// </summary>
public interface IOrderTracker
{
    /// <summary>
    /// What happened to an order after a version, and then what happens, as it happens, until the order is at its end.
    /// </summary>
    /// <param name="orderId">The order.</param>
    /// <param name="afterVersion">The last version seen; 0 for everything.</param>
    /// <param name="heartbeat">When nothing happened for so long, null is told instead.</param>
    IAsyncEnumerable<OrderUpdate?> FollowAsync(string orderId, long afterVersion, TimeSpan heartbeat, CancellationToken cancellationToken);
}

/// <summary>One change of an order.</summary>
/// <param name="Version">The version it led to.</param>
/// <param name="Type">The event's type name, such as <c>order.paid</c>.</param>
/// <param name="At">When it was decided.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Status">The order's status since then.</param>
public sealed record OrderUpdate(long Version, string Type, DateTimeOffset At, string By, OrderStatus Status);
