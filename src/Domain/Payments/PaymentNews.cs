using System.Collections.Frozen;
using Granary.Domain.Orders;

namespace Granary.Domain.Payments;

/// <summary>The events of orders that their external payments act on; those of payments are all news.</summary>
public static class PaymentNews
{
    /// <summary>
    /// What makes a payment capture, give back or refund. An order that was paid is none: its payment has told it so, and keeps the money.
    /// </summary>
    private static readonly FrozenSet<string> Types = new[]
    {
        OrderEvent.Codec.NameOf<OrderShipped>(), OrderEvent.Codec.NameOf<OrderCancelled>(), OrderEvent.Codec.NameOf<OrderExpired>(),
        OrderEvent.Codec.NameOf<OrderRefundRequested>(),
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether events of a type are of concern to the order's payments, if it has any.</summary>
    public static bool Has(string type) => Types.Contains(type);
}
