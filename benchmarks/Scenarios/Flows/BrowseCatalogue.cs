using System.Globalization;

namespace Granary.Load.Flows;

/// <summary>Browses the catalogue: the first page, a search, then three products.</summary>
public static class BrowseCatalogue
{
    private const int ProductsLookedAt = 3;

    public static async Task RunAsync(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        await visit.StepAsync("list", () => visit.Client.ProductsAsync(null, visit.Cancellation));
        var wanted = visit.Random.Next(1, 100).ToString(CultureInfo.InvariantCulture);
        await visit.StepAsync("search", () => visit.Client.ProductsAsync(wanted, visit.Cancellation));
        for (var i = 0; i < ProductsLookedAt; i++)
        {
            var sku = visit.Shop.Skus[visit.Random.Next(visit.Shop.Skus.Count)];
            await visit.StepAsync("product", () => visit.Client.ProductAsync(sku, visit.Cancellation));
        }
    }
}
