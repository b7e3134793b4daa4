namespace Granary.Grains.Interfaces.Orders;

/// <summary>
/// The order's decision about the stock and the money it claims. It is the only source that stock items and users align their
/// records with, whether the order pushes it to them or they read it (check-back).
/// </summary>
[GenerateSerializer, Immutable, Alias("granary.order-standing")]
public sealed record OrderStanding
{
    [Id(0)] public required string OrderId { get; init; }

    /// <summary>The order's version that this is the standing at; a later one overrides an earlier one.</summary>
    [Id(1)] public required long Version { get; init; }

    [Id(2)] public required ClaimPhase Phase { get; init; }

    /// <summary>Units per SKU that the order is entitled to; empty unless it is live.</summary>
    [Id(3)] public required IReadOnlyList<RequestedLine> Lines { get; init; }

    /// <summary>The total in minor units.</summary>
    [Id(4)] public required long Total { get; init; }

    /// <summary>The attempts whose reservations and holds are part of <see cref="Lines"/> and <see cref="Total"/>.</summary>
    [Id(5)] public required IReadOnlyList<long> Accepted { get; init; }

    /// <summary>
    /// The attempt in question is still being decided: the participant must keep its reservation or hold and ask again later.
    /// </summary>
    [Id(6)] public bool InFlight { get; init; }

    /// <summary>Units of one SKU that the order is entitled to.</summary>
    public long QuantityOf(string sku)
    {
        foreach (var line in Lines)
        {
            if (line.Sku == sku)
            {
                return line.Quantity;
            }
        }

        return 0;
    }
}

/// <summary>The state of an order's claim on stock and money.</summary>
public enum ClaimPhase
{
    /// <summary>
    /// No claim: never placed, cancelled or expired. Reservations are released, sold units are restocked, captured money is
    /// refunded.
    /// </summary>
    None,

    /// <summary>Placed and unpaid: reserved and held.</summary>
    Secured,

    /// <summary>Paid and still refundable: sold and captured.</summary>
    Paid,

    /// <summary>Sold and captured finally; the participant can forget the claim.</summary>
    Closed,
}
