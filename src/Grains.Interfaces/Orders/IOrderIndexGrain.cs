using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Orders;

/// <summary>
/// Lists orders from the index that follows the journal: an order is in it a moment after it was placed. Any activation
/// answers; the key is 0.
/// </summary>
[Alias("granary.order-index-grain"), Version(1)]
public interface IOrderIndexGrain : IGrainWithIntegerKey
{
    /// <summary>A page of orders, newest first.</summary>
    /// <exception cref="OrderIndexUnavailableException">The index is out of reach.</exception>
    [Alias("list")]
    Task<OrderPage> List(OrderQuery query);
}

/// <summary>Which orders to list; what is null does not matter.</summary>
[GenerateSerializer, Immutable, Alias("granary.order-query")]
public sealed record OrderQuery
{
    /// <summary>Most orders of the page, at least 1.</summary>
    [Id(0)] public required int Limit { get; init; }

    [Id(1)] public string? UserId { get; init; }

    [Id(2)] public OrderStatus? Status { get; init; }

    /// <summary>Placed at this time or later.</summary>
    [Id(3)] public DateTimeOffset? From { get; init; }

    /// <summary>Placed before this time.</summary>
    [Id(4)] public DateTimeOffset? To { get; init; }

    /// <summary>The last order of the page before.</summary>
    [Id(5)] public OrderPlace? After { get; init; }
}

/// <summary>An order's place in the list. Orders that come meanwhile are newer, so that a place stays where it is.</summary>
/// <param name="CreatedAt">When it was placed.</param>
/// <param name="OrderId">Its id, which tells apart orders of one moment.</param>
[GenerateSerializer, Immutable, Alias("granary.order-place")]
public readonly record struct OrderPlace([property: Id(0)] DateTimeOffset CreatedAt, [property: Id(1)] string OrderId);

/// <summary>A page of orders.</summary>
/// <param name="Orders">Newest first.</param>
/// <param name="More">Whether others follow.</param>
[GenerateSerializer, Immutable, Alias("granary.order-page")]
public sealed record OrderPage([property: Id(0)] IReadOnlyList<Order> Orders, [property: Id(1)] bool More);

/// <summary>The index of orders is out of reach.</summary>
[GenerateSerializer, Alias("granary.order-index-unavailable")]
public sealed class OrderIndexUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
