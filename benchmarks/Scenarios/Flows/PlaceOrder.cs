namespace Granary.Load.Flows;

/// <summary>Places one order of one unit.</summary>
public static class PlaceOrder
{
    public const string Step = "place";

    /// <summary>The flow for one popularity of products.</summary>
    public static Flow Of(SkuChoice choose) => visit =>
    {
        var sku = visit.Shop.Skus[choose(visit.Random, visit.Shop.Skus.Count)];
        return visit.StepAsync(Step, () => visit.Client.PlaceAsync(visit.Shopper, new(sku, 1), visit.Key, visit.Cancellation));
    };
}
