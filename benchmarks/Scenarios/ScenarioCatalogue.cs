using Granary.Load.Flows;

namespace Granary.Load;

/// <summary>All scenarios, by name.</summary>
public static class ScenarioCatalogue
{
    private const double FailedPercentAllowed = 0.1;
    private static readonly ShopPlan Ordinary = new();

    private static readonly ClosedProfile Closed = new(128)
    {
        WarmUp = TimeSpan.FromSeconds(20),
        Duration = TimeSpan.FromSeconds(30),
    };

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Of("place-uniform", "Orders of one unit, all products equally popular.", PlaceOrder.Of(SkuChoices.Uniform), PlaceOrder.Step),
        Of("place-zipf", "Orders of one unit, few products very popular.", PlaceOrder.Of(SkuChoices.Zipf(1.0)), PlaceOrder.Step),
        Of("place-hot", "Orders of one unit, all for one product.", PlaceOrder.Of(SkuChoices.OneHot), PlaceOrder.Step),
        Of("lifecycle", "Orders from placing to completion, tracked.", OrderLifecycle.RunAsync, PlaceOrder.Step, "complete", "track"),
        Of("until-listed", "Orders of one unit, each followed until the buyer's list shows it.", UntilListed.RunAsync, PlaceOrder.Step, UntilListed.Step),
        Of("browse", "Catalogue pages, searches and products.", BrowseCatalogue.RunAsync, "product", "list", "search"),
        Of("mixed", "60 % reads around placing, paying and cancelling.", MixedTraffic.RunAsync, PlaceOrder.Step, "product", "orders"),
        FlashSaleScenario(),
        Of("retry-storm", "Every order sent three times at once, then a fourth time.", RetryStorm.RunAsync, PlaceOrder.Step, "replay"),
    ];

    /// <summary>The scenario with this name, or null.</summary>
    public static Scenario? Find(string name) => All.FirstOrDefault(scenario => scenario.Name == name);

    private static Scenario Of(string name, string summary, Flow flow, params string[] steps) =>
        new(name, summary, flow, Ordinary, Closed, [.. steps.SelectMany(Limits)]);

    private static IEnumerable<Threshold> Limits(string step) =>
        [Threshold.Below(step, Metric.FailedPercent, FailedPercentAllowed), Threshold.Below(step, Metric.P99Ms, 1_000)];

    /// <summary>10,000 clients come at once for 1,000 units of a product that no client has bought before.</summary>
    private static Scenario FlashSaleScenario() => new(
        "flash-sale",
        "10,000 clients at once for 1,000 units.",
        FlashSale.RunAsync,
        new ShopPlan(Products: 1) { UnitsPerProduct = FlashSale.Units, SkuPrefix = $"flash-{Guid.NewGuid():n}-" },
        new ClosedProfile(10_000) { VisitsPerClient = 1, Duration = TimeSpan.FromMinutes(2) },
        [Threshold.Below(PlaceOrder.Step, Metric.FailedPercent, 0)])
    {
        Check = FlashSale.CheckAsync,
    };
}
