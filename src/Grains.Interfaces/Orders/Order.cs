using System.Text.Json.Serialization;

namespace Granary.Grains.Interfaces.Orders;

/// <summary>An order as its readers see it. Amounts are minor units of the deployment's currency.</summary>
[GenerateSerializer, Immutable, Alias("granary.order")]
public sealed record Order
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string UserId { get; init; }
    [Id(2)] public required OrderStatus Status { get; init; }
    [Id(3)] public required IReadOnlyList<OrderLine> Lines { get; init; }
    [Id(4)] public required long Total { get; init; }
    [Id(5)] public Address? ShippingAddress { get; init; }
    [Id(6)] public string? Note { get; init; }
    [Id(7)] public Tracking? Tracking { get; init; }
    [Id(8)] public string? CancelReason { get; init; }
    [Id(9)] public required DateTimeOffset CreatedAt { get; init; }
    [Id(10)] public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the order expires unless it is paid; null once it is no longer pending.</summary>
    [Id(11)] public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// The version of the order's last change in its journal stream; it grows with every change, not always by one.
    /// </summary>
    [Id(12)] public required long Version { get; init; }

    [Id(13)] public required IReadOnlyList<string> AllowedActions { get; init; }
    [Id(14)] public required IReadOnlyList<TimelineEntry> Timeline { get; init; }

    /// <summary>The own name of the caller who placed it; null for none.</summary>
    [Id(15)] public string? ExternalReference { get; init; }

    /// <summary>What the caller who placed it keeps with it; null for nothing.</summary>
    [Id(16)] public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>How it is paid; the wallet, where a silo of an earlier release answers.</summary>
    [Id(17)] public PaymentMethod PaymentMethod { get; init; }

    /// <summary>Where its money is; null where a silo of an earlier release answers.</summary>
    [Id(18)] public OrderAmounts? Amounts { get; init; }

    /// <summary>How far it is paid.</summary>
    [Id(19)] public OrderPaymentStatus PaymentStatus { get; init; }

    /// <summary>Its refunds, oldest first; null without any.</summary>
    [Id(20)] public IReadOnlyList<OrderRefund>? Refunds { get; init; }

    /// <summary>The ids of its external payments, the first started first; null without any.</summary>
    [Id(21)] public IReadOnlyList<string>? Payments { get; init; }

    /// <summary>The variant of the settings that it was placed under; null for none.</summary>
    [Id(22)] public string? SettingsVariant { get; init; }
}

/// <summary>The status of an order in its life cycle.</summary>
public enum OrderStatus
{
    /// <summary>No order was ever placed under this id.</summary>
    None,
    Pending,
    Paid,
    Packing,
    Shipped,
    Received,
    Completed,
    Cancelled,
    Expired,
}

/// <summary>One line of an order, at the price that was confirmed when it was placed.</summary>
/// <param name="Sku">The product.</param>
/// <param name="Name">The product's name at that time.</param>
/// <param name="Quantity">Units.</param>
/// <param name="UnitPrice">Price of one unit in minor units.</param>
[GenerateSerializer, Immutable, Alias("granary.order-line")]
public readonly record struct OrderLine(
    [property: Id(0)] string Sku,
    [property: Id(1)] string Name,
    [property: Id(2)] long Quantity,
    [property: Id(3)] long UnitPrice)
{
    /// <summary>The line's total in minor units. Within <see cref="Limits"/> it cannot overflow.</summary>
    [JsonIgnore]
    public long LineTotal => checked(Quantity * UnitPrice);
}

/// <summary>The shipping address.</summary>
[GenerateSerializer, Immutable, Alias("granary.address")]
public sealed record Address
{
    [Id(0)] public string? Name { get; init; }
    [Id(1)] public string? Line1 { get; init; }
    [Id(2)] public string? Line2 { get; init; }
    [Id(3)] public string? City { get; init; }
    [Id(4)] public string? Region { get; init; }
    [Id(5)] public string? PostalCode { get; init; }
    [Id(6)] public string? Country { get; init; }
}

/// <summary>The tracking data of the parcel.</summary>
[GenerateSerializer, Immutable, Alias("granary.tracking")]
public sealed record Tracking([property: Id(0)] string Carrier, [property: Id(1)] string Number);

/// <summary>One event of an order's history.</summary>
/// <param name="Version">Its version in the order's stream.</param>
/// <param name="Type">The event's type name, such as <c>order.paid</c>.</param>
/// <param name="At">When it was decided.</param>
/// <param name="By">The user who asked for it: a user id, or <c>system</c>.</param>
[GenerateSerializer, Immutable, Alias("granary.timeline-entry")]
public readonly record struct TimelineEntry(
    [property: Id(0)] long Version,
    [property: Id(1)] string Type,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] string By);
