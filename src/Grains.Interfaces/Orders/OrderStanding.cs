namespace Granary.Grains.Interfaces.Orders;

/// <summary>
/// What an order has decided about the stock and the money it claims. It is the one truth that stock items and users align
/// their records with, whether it is pushed to them by the order or read back by them (check-back).
/// </summary>
[GenerateSerializer, Immutable, Alias("granary.order-standing")]
public sealed record OrderStanding
{
    [Id(0)] public required string OrderId { get; init; }

    /// <summary>The order's version at the time of the verdict; a later one overrules an earlier one.</summary>
    [Id(1)] public required long Version { get; init; }

    [Id(2)] public required ClaimPhase Phase { get; init; }

    /// <summary>Units per SKU the order has a right to; empty unless it is live.</summary>
    [Id(3)] public required IReadOnlyList<RequestedLine> Lines { get; init; }

    /// <summary>The total in minor units.</summary>
    [Id(4)] public required long Total { get; init; }

    /// <summary>The attempts whose reservations and holds are part of <see cref="Lines"/> and <see cref="Total"/>.</summary>
    [Id(5)] public required IReadOnlyList<long> Accepted { get; init; }

    /// <summary>The attempt asked about is still being decided: keep what it holds and ask again later.</summary>
    [Id(6)] public bool InFlight { get; init; }

    /// <summary>Units of one SKU that the order has a right to.</summary>
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

/// <summary>What an order's claim on stock and money is worth.</summary>
public enum ClaimPhase
{
    /// <summary>No claim: never placed, cancelled or expired. Reserved is released, sold is restocked, captured refunded.</summary>
    None,

    /// <summary>Placed and unpaid: reserved and held.</summary>
    Secured,

    /// <summary>Paid and still refundable: sold and captured.</summary>
    Settled,

    /// <summary>Shipped: sold and captured for good; nothing more to remember.</summary>
    Closed,
}
