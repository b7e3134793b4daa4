namespace Granary.Client;

/// <summary>Money in minor units of a currency.</summary>
/// <param name="Amount">Minor units.</param>
/// <param name="Currency">ISO 4217 code.</param>
public readonly record struct Money(long Amount, string Currency);

/// <summary>What to order.</summary>
public sealed record NewOrder
{
    public required IReadOnlyList<NewOrderItem> Items { get; init; }

    /// <summary>The user who pays, where it is not the caller; only an administrator may name another.</summary>
    public string? UserId { get; init; }

    public Address? ShippingAddress { get; init; }

    public string? Note { get; init; }
}

/// <summary>One line to order.</summary>
/// <param name="Quantity">1 to 10,000 units.</param>
public sealed record NewOrderItem(string Sku, long Quantity);

/// <summary>What to change in a pending order; null leaves it as it is.</summary>
public sealed record OrderAmendment
{
    /// <summary>All lines as they shall be.</summary>
    public IReadOnlyList<NewOrderItem>? Items { get; init; }

    public Address? ShippingAddress { get; init; }

    public string? Note { get; init; }
}

/// <summary>Where to send an order.</summary>
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
    public Tracking? Tracking { get; init; }
    public string? CancelReason { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it expires unless it is paid.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Grows with every change; what an amendment must name.</summary>
    public required long Version { get; init; }

    public required IReadOnlyList<string> AllowedActions { get; init; }
    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }
}

/// <summary>One line of an order.</summary>
public sealed record OrderItem(string Sku, string Name, long Quantity, Money UnitPrice, Money LineTotal);

/// <summary>How to follow the parcel.</summary>
public sealed record Tracking(string Carrier, string Number);

/// <summary>One event of an order's history.</summary>
/// <param name="Type">Such as <c>order.paid</c>.</param>
/// <param name="By">A user id, or <c>system</c>.</param>
public sealed record TimelineEntry(long Version, string Type, DateTimeOffset At, string By);

/// <summary>One change of an order, as it is followed.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Version">The version it led to; following resumes after it.</param>
/// <param name="Type">Such as <c>order.paid</c>.</param>
/// <param name="At">When it was decided.</param>
/// <param name="By">A user id, or <c>system</c>.</param>
/// <param name="Status">The order's status since then.</param>
public sealed record OrderUpdate(string OrderId, long Version, string Type, DateTimeOffset At, string By, string Status);
