using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Orders;

/// <summary>What an order costs. Every total is computed here: for the hold, for the event and for an amendment.</summary>
public static class OrderTotal
{
    /// <summary>The refusal of an order that would cost more than an order may.</summary>
    public static InvalidValue TooHigh => new("items", $"The total must not exceed {Limits.Amount} minor units.");

    /// <summary>The sum of the lines in minor units; null when it exceeds what an order may cost.</summary>
    public static long? Of(IEnumerable<OrderLine> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var total = 0L;
        foreach (var line in lines)
        {
            // A line is below 10^16 and there are at most 100 of them: the sum stays below 2^63.
            total += line.LineTotal;
        }

        return total <= Limits.Amount ? total : null;
    }
}
