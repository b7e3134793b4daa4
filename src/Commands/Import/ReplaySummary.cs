using Granary.Client;

namespace Granary.Commands.Import;

/// <summary>What a replay has brought about.</summary>
/// <param name="Completed">Orders that went all the way.</param>
/// <param name="Units">Units of them.</param>
/// <param name="Total">What they cost, in minor units.</param>
/// <param name="Refused">Refused orders, by the problem's slug.</param>
/// <param name="OnHand">Units that are left.</param>
/// <param name="Oversold">SKUs whose stock level is impossible; empty unless the platform is wrong.</param>
public sealed record ReplaySummary(
    int Completed,
    long Units,
    long Total,
    IReadOnlyDictionary<string, int> Refused,
    long OnHand,
    IReadOnlyList<string> Oversold)
{
    internal static ReplaySummary Of(
        IReadOnlyCollection<Client.Order> completed, IReadOnlyCollection<string> refused, IReadOnlyList<StockLevel> stock) => new(
            completed.Count,
            completed.Sum(order => order.Items.Sum(item => item.Quantity)),
            completed.Sum(order => order.Total.Amount),
            refused.GroupBy(slug => slug).ToDictionary(slugs => slugs.Key, slugs => slugs.Count()),
            stock.Sum(level => level.OnHand),
            [.. stock.Where(IsImpossible).Select(level => level.Sku)]);

    private static bool IsImpossible(StockLevel level) =>
        level.OnHand < 0 || level.Available < 0 || level.Received != level.OnHand + level.Sold;
}
