using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Orders;

/// <summary>
/// What an amendment needs beyond what the order has. A product that is in the order already keeps the price it was placed
/// at; a new one gets today's. What the order needs less is given back only after the amendment is durable.
/// </summary>
/// <param name="Lines">The wished lines; the price of a new product is null until it is reserved.</param>
/// <param name="Increases">What must be reserved more.</param>
/// <param name="HeldTotal">What the order holds already in the wallet, in minor units; null where an external provider pays it.</param>
public sealed record OrderAmendmentPlan(IReadOnlyList<PlannedLine> Lines, IReadOnlyList<RequestedLine> Increases, long? HeldTotal)
{
    /// <summary>Compares the wished lines with the order.</summary>
    public static OrderAmendmentPlan For(OrderState order, IReadOnlyList<RequestedLine> wished)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(wished);
        var current = order.Lines.ToDictionary(line => line.Sku, StringComparer.Ordinal);
        var lines = new List<PlannedLine>(wished.Count);
        var increases = new List<RequestedLine>();
        foreach (var wish in wished)
        {
            var known = current.TryGetValue(wish.Sku, out var line);
            lines.Add(new PlannedLine(wish.Sku, wish.Quantity, known ? line.Name : null, known ? line.UnitPrice : null));
            var more = wish.Quantity - (known ? line.Quantity : 0);
            if (more > 0)
            {
                increases.Add(new RequestedLine(wish.Sku, more));
            }
        }

        return new OrderAmendmentPlan(lines, increases, order.PaymentMethod == PaymentMethod.Wallet ? order.Total : null);
    }

    /// <summary>What must be held in the wallet beyond what is, in minor units.</summary>
    /// <param name="total">The amended total.</param>
    public long MoreThanHeld(long total) => HeldTotal is { } held ? Math.Max(0, total - held) : 0;

    /// <summary>The wished lines at their prices, given what the increases cost today.</summary>
    /// <param name="increases">The increases as they were reserved.</param>
    public IReadOnlyList<OrderLine> Priced(IReadOnlyList<OrderLine> increases)
    {
        var today = increases.ToDictionary(line => line.Sku, StringComparer.Ordinal);
        return
        [
            .. Lines.Select(line => new OrderLine(
                line.Sku, line.Name ?? today[line.Sku].Name, line.Quantity, line.UnitPrice ?? today[line.Sku].UnitPrice)),
        ];
    }
}

/// <summary>One wished line; name and price are null for a product that is new in the order.</summary>
public readonly record struct PlannedLine(string Sku, long Quantity, string? Name, long? UnitPrice);
