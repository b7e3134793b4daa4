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

    /// <summary>How the order is paid; the wallet, where a silo of an earlier release answers.</summary>
    [Id(7)] public PaymentMethod Method { get; init; }

    /// <summary>The external payment that has paid the order, or that it waits for; null without one.</summary>
    [Id(8)] public string? Payment { get; init; }

    /// <summary>The refunds that the order has decided, oldest first; null without any.</summary>
    [Id(9)] public IReadOnlyList<DecidedRefund>? Refunds { get; init; }

    /// <summary>What the wallet holds for the order, in minor units: nothing where an external provider pays.</summary>
    public long WalletTotal => Method == PaymentMethod.Wallet ? Total : 0;

    /// <summary>The sum of <see cref="Refunds"/>, in minor units.</summary>
    public long RefundedTotal
    {
        get
        {
            var sum = 0L;
            foreach (var refund in Refunds ?? [])
            {
                sum = checked(sum + refund.Amount);
            }

            return sum;
        }
    }

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

/// <summary>A refund that an order has decided.</summary>
/// <param name="Id">Its id, unique within the order.</param>
/// <param name="Amount">Minor units.</param>
[GenerateSerializer, Immutable, Alias("granary.decided-refund")]
public readonly record struct DecidedRefund([property: Id(0)] string Id, [property: Id(1)] long Amount);
