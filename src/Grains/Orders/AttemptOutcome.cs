using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;

namespace Granary.Grains.Orders;

/// <summary>What an attempt came to: priced lines, a refusal, or that a price has moved and it must be made again.</summary>
/// <param name="Lines">The lines at their confirmed prices; null unless everything was taken.</param>
/// <param name="Total">Their total in minor units.</param>
/// <param name="Refusal">Why not; null when taken, or when to try again.</param>
/// <param name="Contended">Whether it would have been taken if other attempts at the same order had not taken something.</param>
internal readonly record struct AttemptOutcome(IReadOnlyList<OrderLine>? Lines, long Total, Refusal? Refusal, bool Contended = false)
{
    /// <summary>A product costs something else than the price book said.</summary>
    public static AttemptOutcome PriceMoved => default;

    /// <summary>Names the refusal that matters most: who may not buy, what cannot be bought, what is short, what is too dear.</summary>
    public static AttemptOutcome From(
        IReadOnlyList<RequestedLine> lines, IReadOnlyList<ReserveReply> replies, Refusal? holdRefusal)
    {
        if (holdRefusal is UnknownUser or UserSuspended)
        {
            return new(null, 0, holdRefusal);
        }

        if (SkusWith(lines, replies, ReserveResult.Unknown) is { Count: > 0 } unknown)
        {
            return new(null, 0, new UnknownProduct(unknown));
        }

        if (SkusWith(lines, replies, ReserveResult.NotForSale) is { Count: > 0 } notForSale)
        {
            return new(null, 0, new ProductNotForSale(notForSale));
        }

        if (Shortages(lines, replies) is { Count: > 0 } shortages)
        {
            var contended = replies.All(reply => reply.Result != ReserveResult.Insufficient || reply.Contended);
            return new(null, 0, new InsufficientStock(shortages), contended);
        }

        return replies.Any(reply => reply.Result == ReserveResult.PriceChanged) ? PriceMoved
            : holdRefusal is not null ? new(null, 0, holdRefusal, holdRefusal is InsufficientFunds { Contended: true })
            : Taken([.. lines.Select((line, i) => new OrderLine(line.Sku, replies[i].Name!, line.Quantity, replies[i].Price))]);
    }

    private static AttemptOutcome Taken(IReadOnlyList<OrderLine> lines) =>
        OrderTotal.Of(lines) is { } total ? new(lines, total, null) : new(null, 0, OrderTotal.TooHigh);

    private static List<string> SkusWith(
        IReadOnlyList<RequestedLine> lines, IReadOnlyList<ReserveReply> replies, ReserveResult result)
    {
        var skus = new List<string>();
        for (var i = 0; i < replies.Count; i++)
        {
            if (replies[i].Result == result)
            {
                skus.Add(lines[i].Sku);
            }
        }

        return skus;
    }

    private static List<StockShortage> Shortages(IReadOnlyList<RequestedLine> lines, IReadOnlyList<ReserveReply> replies)
    {
        var shortages = new List<StockShortage>();
        for (var i = 0; i < replies.Count; i++)
        {
            if (replies[i].Result == ReserveResult.Insufficient)
            {
                shortages.Add(new StockShortage(lines[i].Sku, lines[i].Quantity, replies[i].Available));
            }
        }

        return shortages;
    }
}
