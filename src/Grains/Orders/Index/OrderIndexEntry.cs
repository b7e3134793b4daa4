using Granary.Domain.Orders;
using Granary.Grains.Interfaces.Orders;
using Granary.Streams.Views;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// An order's row in the index: the values that lists filter and sort by. Everything else is read from the order's events, so the
/// index does not store it again.
/// </summary>
/// <param name="Total">Minor units.</param>
/// <param name="ExpiresAt">The deadline while pending; null afterwards.</param>
/// <param name="Version">The version of the order's last visible event.</param>
public sealed record OrderIndexEntry(
    string OrderId,
    string UserId,
    OrderStatus Status,
    long Total,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? ExpiresAt,
    long Version)
{
    /// <summary>The row of an order.</summary>
    public static OrderIndexEntry Of(OrderState order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return new OrderIndexEntry(
            order.Id,
            order.UserId,
            order.Status,
            order.Total,
            order.CreatedAt,
            order.UpdatedAt,
            // Release 0.1.0 decided deadlines with more digits than the journal and the table keep.
            order.Deadline?.ToWholeMicroseconds(),
            order.VisibleVersion);
    }
}

/// <summary>A page of the index.</summary>
/// <param name="Entries">Newest first.</param>
/// <param name="More">Whether more entries follow.</param>
public sealed record OrderIndexPage(IReadOnlyList<OrderIndexEntry> Entries, bool More);
