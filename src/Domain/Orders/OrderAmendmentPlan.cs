using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Orders;

/// <summary>
/// What an amendment needs beyond what the order has. A product that is in the order already keeps the price it was placed
/// at; a new one gets today's. What the order needs less is given back only after the amendment is durable.
/// </summary>
/// <param name="Lines">The wished lines; the price of a new product is null until it is reserved.</param>
/// <param name="Increases">What must be reserved more.</param>
public sealed record OrderAmendmentPlan(IReadOnlyList<PlannedLine> Lines, IReadOnlyList<PlannedIncrease> Increases)
{
    /// <summary>Compares the wished lines with the order.</summary>
    public static OrderAmendmentPlan For(OrderState order, IReadOnlyList<RequestedLine> wished)
    {
        var current = order.Lines.ToDictionary(line => line.Sku, StringComparer.Ordinal);
        var lines = new List<PlannedLine>(wished.Count);
        var increases = new List<PlannedIncrease>();
        foreach (var wish in wished)
        {
            var known = current.TryGetValue(wish.Sku, out var line);
            lines.Add(new PlannedLine(wish.Sku, wish.Quantity, known ? line.Name : null, known ? line.UnitPrice : null));
            var more = wish.Quantity - (known ? line.Quantity : 0);
            if (more > 0)
            {
                increases.Add(new PlannedIncrease(wish.Sku, more));
            }
        }

        return new OrderAmendmentPlan(lines, increases);
    }
}

/// <summary>One wished line; name and price are null for a product that is new in the order.</summary>
public readonly record struct PlannedLine(string Sku, long Quantity, string? Name, long? UnitPrice);

/// <summary>Units of a product to reserve beyond what the order has.</summary>
public readonly record struct PlannedIncrease(string Sku, long Quantity);
