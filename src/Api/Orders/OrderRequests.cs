using System.ComponentModel.DataAnnotations;
using Granary.Api.Docs;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Api.Orders;

/// <summary>The body of <c>POST /orders</c>.</summary>
public sealed record PlaceOrderRequest
{
    /// <summary>1 to 100 lines; lines of one SKU are merged.</summary>
    [Required]
    public IReadOnlyList<ItemRequest?>? Items { get; init; }

    /// <summary>The user who pays; the caller unless an administrator names another.</summary>
    public string? UserId { get; init; }

    /// <summary>
    /// When the caller made the request, in Unix milliseconds; a difference of more than five minutes is refused.
    /// </summary>
    public long? Timestamp { get; init; }

    public AddressRequest? ShippingAddress { get; init; }

    public string? Note { get; init; }

    /// <summary><c>wallet</c>, the default, or <c>external</c>: paid with the external provider.</summary>
    [Choices(typeof(PaymentMethod))]
    public string? PaymentMethod { get; init; }

    /// <summary>The caller's own name of the order, up to 255 characters; no two orders of a caller have the same.</summary>
    public string? ExternalReference { get; init; }

    /// <summary>Up to 20 texts of up to 500 characters that the caller keeps with the order, by keys of up to 40 characters.</summary>
    public IReadOnlyDictionary<string, string?>? Metadata { get; init; }
}

/// <summary>One requested line.</summary>
public sealed record ItemRequest
{
    [Required]
    public string? Sku { get; init; }

    /// <summary>1 to 10,000 units.</summary>
    [Required]
    public long? Quantity { get; init; }
}

/// <summary>The shipping address of an order.</summary>
public sealed record AddressRequest
{
    public string? Name { get; init; }
    public string? Line1 { get; init; }
    public string? Line2 { get; init; }
    public string? City { get; init; }
    public string? Region { get; init; }
    public string? PostalCode { get; init; }
    public string? Country { get; init; }
}

/// <summary>The body of <c>PUT /orders/{id}</c>; an absent member leaves its part unchanged.</summary>
public sealed record AmendOrderRequest
{
    /// <summary>The new lines, all of them.</summary>
    public IReadOnlyList<ItemRequest?>? Items { get; init; }

    public AddressRequest? ShippingAddress { get; init; }

    public string? Note { get; init; }
}

/// <summary>The optional body of <c>DELETE /orders/{id}</c>.</summary>
public sealed record CancelOrderRequest
{
    public string? Reason { get; init; }
}

/// <summary>The body of <c>POST /orders/{id}/ship</c>.</summary>
public sealed record ShipOrderRequest
{
    [Required]
    public string? Carrier { get; init; }

    [Required]
    public string? TrackingNumber { get; init; }
}
