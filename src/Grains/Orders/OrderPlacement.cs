using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Stock;

namespace Granary.Grains.Orders;

/// <summary>The taking part of the saga: stock and money for a whole order or for what an amendment needs more.</summary>
internal static class OrderPlacement
{
    /// <summary>
    /// Reserves every line and holds the total. When the price book knows every product both happen at once, and each
    /// reservation confirms the price that the total was computed with; otherwise the products are asked for their prices first. An order
    /// that the wallet did not cover when the request came asks the wallet first, so that it takes no stock and writes nothing.
    /// </summary>
    public static async Task<AttemptOutcome> TakeAsync(Attempt attempt, PlaceOrder command, PriceBook prices)
    {
        var lines = command.Lines;
        var priced = Priced(lines, prices);
        var isOfWallet = command.PaymentMethod == PaymentMethod.Wallet;
        if (priced is null || (isOfWallet && OrderTotal.Of(priced) > command.Funds))
        {
            // A price may have fallen since this silo learned it, and an order that the wallet refuses would not reach the stock items, which
            // tell.
            await attempt.LearnPricesAsync(lines);
            priced = Priced(lines, prices);
        }

        if (priced is null)
        {
            return new AttemptOutcome.Refused(new UnknownProduct([.. lines.Select(line => line.Sku).Where(sku => prices.Find(sku) is null)]));
        }

        if (OrderTotal.Of(priced) is not { } total)
        {
            return new AttemptOutcome.Refused(OrderTotal.TooHigh);
        }

        // An external provider's order holds nothing, but counts as one of the user's unpaid orders.
        var held = isOfWallet ? total : 0;
        var hold = attempt.HoldAsync(held);
        if (held > command.Funds && await hold is { } refusal)
        {
            return AttemptOutcome.From(lines, [], refusal);
        }

        var reservations = new Task<ReserveReply>[lines.Count];
        for (var i = 0; i < reservations.Length; i++)
        {
            reservations[i] = attempt.ReserveAsync(lines[i].Sku, lines[i].Quantity, priced[i].UnitPrice);
        }

        var replies = Task.WhenAll(reservations);
        await Task.WhenAll(replies, hold);
        return AttemptOutcome.From(lines, await replies, await hold);
    }

    /// <summary>Takes what a plan needs beyond what the order has: the increases, then the difference in money.</summary>
    /// <returns>The amended lines and their total, or why not.</returns>
    public static async Task<AttemptOutcome> TakeMoreAsync(Attempt attempt, OrderAmendmentPlan plan)
    {
        var replies = await Task.WhenAll(plan.Increases.Select(line => attempt.ReserveAsync(line.Sku, line.Quantity, null)));
        var outcome = AttemptOutcome.From(plan.Increases, replies, null, plan.Priced);
        return outcome is AttemptOutcome.Taken { Total: var total } && plan.MoreThanHeld(total) is > 0 and var more
            && await attempt.HoldAsync(more) is { } refusal
            ? new AttemptOutcome.Refused(refusal)
            : outcome;
    }

    private static OrderLine[]? Priced(IReadOnlyList<RequestedLine> lines, PriceBook prices)
    {
        var priced = new OrderLine[lines.Count];
        for (var i = 0; i < priced.Length; i++)
        {
            if (prices.Find(lines[i].Sku) is not { } product)
            {
                return null;
            }

            priced[i] = new OrderLine(lines[i].Sku, product.Name, lines[i].Quantity, product.Price);
        }

        return priced;
    }
}
