using Granary.Domain.Orders;
using Granary.Grains.Interfaces.Orders;
using Granary.Streams.Views;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// An order's row in the index: what lists are filtered and sorted by. What else an order says is read from its events, so that
/// the index does not hold it a second time.
/// </summary>
/// <param name="Total">Minor units.</param>
/// <param name="ExpiresAt">The deadline while pending; null from then on.</param>
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
            order.Status == OrderStatus.Pending ? Whole(order.ExpiresAt) : null,
            order.VisibleVersion);
    }

    // Other times of an order come from the journal and have whole microseconds already.
    private static DateTimeOffset Whole(DateTimeOffset time) => ViewStatements.FromMicroseconds(time.ToMicroseconds());
}

/// <summary>A page of the index.</summary>
/// <param name="Entries">Newest first.</param>
/// <param name="More">Whether others follow.</param>
public sealed record OrderIndexPage(IReadOnlyList<OrderIndexEntry> Entries, bool More);
