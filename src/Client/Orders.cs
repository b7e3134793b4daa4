namespace Granary.Client;

/// <summary>Money in minor units of a currency.</summary>
/// <param name="Amount">Minor units.</param>
/// <param name="Currency">ISO 4217 code.</param>
public readonly record struct Money(long Amount, string Currency);

/// <summary>An order to place.</summary>
public sealed record NewOrder
{
    public required IReadOnlyList<NewOrderItem> Items { get; init; }

    /// <summary>The user who pays, if not the caller; only an administrator may name another user.</summary>
    public string? UserId { get; init; }

    public Address? ShippingAddress { get; init; }

    public string? Note { get; init; }

    /// <summary><c>wallet</c>, where null, or <c>external</c>.</summary>
    public string? PaymentMethod { get; init; }

    /// <summary>
    /// The caller's own name of the order, up to 255 characters: no two orders of a caller have the same, so a second one is refused with
    /// the problem <c>external-reference-taken</c>.
    /// </summary>
    public string? ExternalReference { get; init; }

    /// <summary>Up to 20 texts of up to 500 characters to keep with the order, by keys of up to 40 characters.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>One line to order.</summary>
/// <param name="Quantity">1 to 10,000 units.</param>
public sealed record NewOrderItem(string Sku, long Quantity);

/// <summary>The changes to a pending order; a null member leaves its part unchanged.</summary>
public sealed record OrderAmendment
{
    /// <summary>All lines of the amended order.</summary>
    public IReadOnlyList<NewOrderItem>? Items { get; init; }

    public Address? ShippingAddress { get; init; }

    public string? Note { get; init; }
}

/// <summary>The shipping address of an order.</summary>
public sealed record Address
{
    public string? Name { get; init; }
    public string? Line1 { get; init; }
    public string? Line2 { get; init; }
    public string? City { get; init; }
    public string? Region { get; init; }
    public string? PostalCode { get; init; }
    public string? Country { get; init; }
}

/// <summary>An order.</summary>
public sealed record Order
{
    public required string Id { get; init; }
    public required string UserId { get; init; }

    /// <summary><c>pending</c>, <c>paid</c>, <c>packing</c>, <c>shipped</c>, <c>received</c>, <c>completed</c>, <c>cancelled</c> or <c>expired</c>.</summary>
    public required string Status { get; init; }

    public required IReadOnlyList<OrderItem> Items { get; init; }
    public required Money Total { get; init; }
    public Address? ShippingAddress { get; init; }
    public string? Note { get; init; }

    /// <summary>The own name that the caller who placed it gave it.</summary>
    public string? ExternalReference { get; init; }

    /// <summary>What the caller who placed it keeps with it.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The variant of the settings that it was placed under; null for none.</summary>
    public string? SettingsVariant { get; init; }

    /// <summary><c>wallet</c> or <c>external</c>; null from a front end of an earlier release.</summary>
    public string? PaymentMethod { get; init; }

    /// <summary><c>unpaid</c>, <c>authorized</c>, <c>paid</c>, <c>partially_refunded</c> or <c>refunded</c>.</summary>
    public string? PaymentStatus { get; init; }

    /// <summary>Where its money is.</summary>
    public OrderAmounts? Amounts { get; init; }

    /// <summary>Its refunds, oldest first; null without any.</summary>
    public IReadOnlyList<Refund>? Refunds { get; init; }

    public Tracking? Tracking { get; init; }
    public string? CancelReason { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it expires unless it is paid.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Grows with every change; an amendment must name the current version.</summary>
    public required long Version { get; init; }

    public required IReadOnlyList<string> AllowedActions { get; init; }
    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }
}

/// <summary>One line of an order.</summary>
public sealed record OrderItem(string Sku, string Name, long Quantity, Money UnitPrice, Money LineTotal);

/// <summary>The tracking data of the parcel.</summary>
public sealed record Tracking(string Carrier, string Number);

/// <summary>One event of an order's history.</summary>
/// <param name="Type">Such as <c>order.paid</c>.</param>
/// <param name="By">A user id, or <c>system</c>.</param>
public sealed record TimelineEntry(long Version, string Type, DateTimeOffset At, string By);

/// <summary>One change of an order, as a follower receives it.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Version">The order's version after the change; following resumes after it.</param>
/// <param name="Type">Such as <c>order.paid</c>.</param>
/// <param name="At">When it was decided.</param>
/// <param name="By">A user id, or <c>system</c>.</param>
/// <param name="Status">The order's status after the change.</param>
public sealed record OrderUpdate(string OrderId, long Version, string Type, DateTimeOffset At, string By, string Status);
