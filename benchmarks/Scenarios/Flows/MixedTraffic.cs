namespace Granary.Load.Flows;

/// <summary>
/// The traffic of a shop on an ordinary day: 60 of 100 calls read. A visit makes ten calls: six reads around placing two orders,
/// paying one and cancelling the other.
/// </summary>
public static class MixedTraffic
{
    public static async Task RunAsync(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        var (client, shopper, cancellation) = (visit.Client, visit.Shopper, visit.Cancellation);
        await visit.StepAsync("list", () => client.ProductsAsync(null, cancellation));
        var kept = await BuyAsync(visit, "kept");
        var dropped = await BuyAsync(visit, "dropped");
        if (kept is not null)
        {
            await visit.StepAsync("pay", () => client.ActAsync(kept, "pay", shopper, cancellation));
            await visit.StepAsync("order", () => client.OrderAsync(kept, shopper, cancellation), reply => reply.Member("id") == kept);
        }

        if (dropped is not null)
        {
            await visit.StepAsync("cancel", () => client.CancelAsync(dropped, shopper, cancellation));
            await visit.StepAsync("order", () => client.OrderAsync(dropped, shopper, cancellation), reply => reply.Member("id") == dropped);
        }

        await visit.StepAsync("orders", () => client.OrdersAsync(shopper, cancellation));
    }

    /// <summary>Reads a product and orders it; returns null if the order was not placed.</summary>
    private static async Task<string?> BuyAsync(Visit visit, string purpose)
    {
        var sku = visit.Shop.Skus[visit.Random.Next(visit.Shop.Skus.Count)];
        await visit.StepAsync("product", () => visit.Client.ProductAsync(sku, visit.Cancellation));
        var placed = await visit.StepAsync(PlaceOrder.Step, () =>
            visit.Client.PlaceAsync(visit.Shopper, new(sku, 1), $"{visit.Key}-{purpose}", visit.Cancellation));
        return placed.Succeeded ? placed.Member("id") : null;
    }
}
