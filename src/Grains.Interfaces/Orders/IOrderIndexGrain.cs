using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Orders;

/// <summary>
/// Lists orders from the index that follows the journal: an order appears in it shortly after it was placed. Any activation
/// answers; the key is 0.
/// </summary>
[Alias("granary.order-index-grain"), Version(1)]
public interface IOrderIndexGrain : IGrainWithIntegerKey
{
    /// <summary>A page of orders, newest first.</summary>
    /// <exception cref="OrderIndexUnavailableException">The index cannot be reached.</exception>
    [Alias("list")]
    Task<OrderPage> List(OrderQuery query);
}

/// <summary>The filters of an order list; a null member filters nothing.</summary>
[GenerateSerializer, Immutable, Alias("granary.order-query")]
public sealed record OrderQuery
{
    /// <summary>Maximum number of orders on the page, at least 1.</summary>
    [Id(0)] public required int Limit { get; init; }

    [Id(1)] public string? UserId { get; init; }

    [Id(2)] public OrderStatus? Status { get; init; }

    /// <summary>Placed at this time or later.</summary>
    [Id(3)] public DateTimeOffset? From { get; init; }

    /// <summary>Placed before this time.</summary>
    [Id(4)] public DateTimeOffset? To { get; init; }

    /// <summary>The last order of the previous page.</summary>
    [Id(5)] public OrderPlace? After { get; init; }

    /// <summary>Orders that have a line of this SKU.</summary>
    [Id(6)] public string? Sku { get; init; }

    /// <summary>Shipped with this tracking number.</summary>
    [Id(7)] public string? Tracking { get; init; }

    /// <summary>Placed with this reference.</summary>
    [Id(8)] public string? ExternalReference { get; init; }

    /// <summary>Changed at this time or later. The list is then sorted by the last change and not by when orders were placed.</summary>
    [Id(9)] public DateTimeOffset? UpdatedSince { get; init; }

    /// <summary>Whether the list begins with the oldest order, or change.</summary>
    [Id(10)] public bool OldestFirst { get; init; }

    /// <summary>Whether the list is sorted by when orders were placed also where <see cref="UpdatedSince"/> is given.</summary>
    [Id(11)] public bool ByPlacement { get; init; }

    /// <summary>Whether the list is sorted by the last change.</summary>
    public bool IsByChange => UpdatedSince is not null && !ByPlacement;

    /// <summary>Whether a silo of release 0.1.0 answers the query completely.</summary>
    public bool IsOfFirstRelease =>
        this is { Sku: null, Tracking: null, ExternalReference: null, UpdatedSince: null, OldestFirst: false, ByPlacement: false };

    /// <summary>The place of an order in the list.</summary>
    public OrderPlace PlaceOf(Order order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return new OrderPlace(IsByChange ? order.UpdatedAt : order.CreatedAt, order.Id);
    }
}

/// <summary>
/// An order's place in the list. New orders come first in the list, so the places of older orders do not shift.
/// </summary>
/// <param name="CreatedAt">When it was placed, or last changed in a list that is sorted by that.</param>
/// <param name="OrderId">Its id, which orders entries of the same instant.</param>
[GenerateSerializer, Immutable, Alias("granary.order-place")]
public readonly record struct OrderPlace([property: Id(0)] DateTimeOffset CreatedAt, [property: Id(1)] string OrderId);

/// <summary>A page of orders.</summary>
/// <param name="Orders">In the order of the query.</param>
/// <param name="More">Whether more orders follow.</param>
[GenerateSerializer, Immutable, Alias("granary.order-page")]
public sealed record OrderPage([property: Id(0)] IReadOnlyList<Order> Orders, [property: Id(1)] bool More);

/// <summary>The index of orders cannot be reached.</summary>
[GenerateSerializer, Alias("granary.order-index-unavailable")]
public sealed class OrderIndexUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
