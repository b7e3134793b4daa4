using System.Globalization;

namespace Granary.Load.Flows;

/// <summary>Many more clients than units, all at once: clients that come too late get 409, and no unit is oversold.</summary>
public static class FlashSale
{
    /// <summary>Units on sale.</summary>
    public const int Units = 1_000;

    private const int InsufficientStock = 409;

    public static Task RunAsync(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        return visit.StepAsync(
            PlaceOrder.Step,
            () => visit.Client.PlaceAsync(visit.Shopper, new(visit.Shop.Skus[0], 1), visit.Key, visit.Cancellation),
            InsufficientStock);
    }

    /// <summary>Compares the stock with the responses that clients got. Returns the problem, or null.</summary>
    public static async Task<string?> CheckAsync(Shop shop, ScenarioTally tally, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(shop);
        ArgumentNullException.ThrowIfNull(tally);
        var stock = await shop.Client.StockAsync(shop.Skus[0], shop.Staff, cancellation);
        if (!stock.Succeeded)
        {
            return $"the stock cannot be read: {stock.Status}";
        }

        var (taken, left) = (Number(stock, "reserved") + Number(stock, "sold"), Number(stock, "available"));
        var expected = Math.Min(tally.Of(PlaceOrder.Step).Total, Units);
        return taken != tally.Of(PlaceOrder.Step).Succeeded || taken != expected || taken + left != Units
            ? $"{tally.Of(PlaceOrder.Step).Succeeded} orders acknowledged, {taken} units taken, {left} left of {Units}"
            : null;
    }

    private static long Number(Reply reply, string member) =>
        long.TryParse(reply.Member(member), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
