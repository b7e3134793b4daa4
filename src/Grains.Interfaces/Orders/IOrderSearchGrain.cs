using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Orders;

/// <summary>
/// Reads orders in ways that release 0.1.0 does not know: only silos that know them have this grain. Any activation answers; the key is 0.
/// </summary>
[Alias("granary.order-search-grain"), Version(1)]
public interface IOrderSearchGrain : IGrainWithIntegerKey
{
    /// <summary>A page of orders, with every filter of the query.</summary>
    /// <exception cref="OrderIndexUnavailableException">The index cannot be reached.</exception>
    [Alias("list"), Idempotent]
    Task<OrderPage> List(OrderQuery query);

    /// <summary>The place of an order in lists that are sorted by when orders were placed; null if the index does not have the order.</summary>
    /// <exception cref="OrderIndexUnavailableException">The index cannot be reached.</exception>
    [Alias("place-of"), Idempotent]
    Task<OrderPlace?> PlaceOf(string orderId);

    /// <summary>
    /// An order as it was answered at a version or a time; <see cref="NotFound"/> if no order existed then, or none that belongs to
    /// <paramref name="owner"/>. It is read from the journal and calls no order.
    /// </summary>
    /// <param name="owner">The user who must own it, or null for staff.</param>
    /// <param name="version">The version; null for <paramref name="at"/>.</param>
    /// <param name="at">The time; null for <paramref name="version"/>.</param>
    [Alias("get-as-of"), Idempotent]
    Task<OrderReply> GetAsOf(string orderId, string? owner, long? version, DateTimeOffset? at);
}
