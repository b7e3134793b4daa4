using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;

namespace Granary.Grains.Orders;

/// <summary>What an attempt at taking stock and money came to: one of the three cases below, and no other.</summary>
internal abstract record AttemptOutcome
{
    private AttemptOutcome()
    {
    }

    /// <summary>Everything was taken.</summary>
    /// <param name="Lines">The lines at their confirmed prices.</param>
    /// <param name="Total">Their total in minor units.</param>
    public sealed record Taken(IReadOnlyList<OrderLine> Lines, long Total) : AttemptOutcome;

    /// <summary>A product costs something else than the price book said; another attempt takes it at the new price.</summary>
    /// <param name="Sku">The first line's product of which the price moved.</param>
    public sealed record PriceMoved(string Sku) : AttemptOutcome;

    /// <summary>Something cannot be taken.</summary>
    /// <param name="Refusal">Why not.</param>
    /// <param name="Contended">Whether it would have been taken if other attempts at the same order had not taken something.</param>
    public sealed record Refused(Refusal Refusal, bool Contended = false) : AttemptOutcome;

    /// <summary>
    /// The outcome; of several refusals the one of highest priority: user, unknown product, product not for sale, too many open
    /// orders, shortage, moved price, funds, total.
    /// </summary>
    /// <param name="order">The order's lines, given those that were reserved; the same when null.</param>
    public static AttemptOutcome From(
        IReadOnlyList<RequestedLine> lines,
        IReadOnlyList<ReserveReply> replies,
        Refusal? holdRefusal,
        Func<IReadOnlyList<OrderLine>, IReadOnlyList<OrderLine>>? order = null)
    {
        if (holdRefusal is UnknownUser or UserSuspended)
        {
            return new Refused(holdRefusal);
        }

        if (SkusWith(lines, replies, ReserveResult.Unknown) is { } unknown)
        {
            return new Refused(new UnknownProduct(unknown));
        }

        if (SkusWith(lines, replies, ReserveResult.NotForSale) is { } notForSale)
        {
            return new Refused(new ProductNotForSale(notForSale));
        }

        if (holdRefusal is TooManyOpenOrders)
        {
            return new Refused(holdRefusal);
        }

        if (SkusWith(lines, replies, ReserveResult.TooManyUnits) is { } tooMany)
        {
            var refused = replies.Where(reply => reply.Result == ReserveResult.TooManyUnits).ToList();
            return new Refused(new TooManyOpenOrders(refused[0].Limit, tooMany), refused.TrueForAll(reply => reply.Contended));
        }

        if (Shortages(lines, replies) is { } shortages)
        {
            var contended = replies.All(reply => reply.Result != ReserveResult.Insufficient || reply.Contended);
            return new Refused(new InsufficientStock(shortages), contended);
        }

        if (SkusWith(lines, replies, ReserveResult.PriceChanged) is [var moved, ..])
        {
            return new PriceMoved(moved);
        }

        if (holdRefusal is not null)
        {
            return new Refused(holdRefusal, holdRefusal is InsufficientFunds { Contended: true });
        }

        IReadOnlyList<OrderLine> taken =
            [.. lines.Select((line, i) => new OrderLine(line.Sku, replies[i].Name!, line.Quantity, replies[i].Price))];
        taken = order?.Invoke(taken) ?? taken;
        return OrderTotal.Of(taken) is { } total ? new Taken(taken, total) : new Refused(OrderTotal.TooHigh);
    }

    private static List<string>? SkusWith(
        IReadOnlyList<RequestedLine> lines, IReadOnlyList<ReserveReply> replies, ReserveResult result)
    {
        List<string>? skus = null;
        for (var i = 0; i < replies.Count; i++)
        {
            if (replies[i].Result == result)
            {
                (skus ??= []).Add(lines[i].Sku);
            }
        }

        return skus;
    }

    private static List<StockShortage>? Shortages(IReadOnlyList<RequestedLine> lines, IReadOnlyList<ReserveReply> replies)
    {
        List<StockShortage>? shortages = null;
        for (var i = 0; i < replies.Count; i++)
        {
            if (replies[i].Result == ReserveResult.Insufficient)
            {
                (shortages ??= []).Add(new StockShortage(lines[i].Sku, lines[i].Quantity, replies[i].Available));
            }
        }

        return shortages;
    }
}
