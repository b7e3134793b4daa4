using Granary.Load.Dispatch;
using Granary.Load;

namespace Granary.Programs.Tests.Benchmarks;

/// <summary>Every scenario, short, against the product: all its steps occur and none fails.</summary>
public sealed class ScenarioSmokeTests(UnlimitedProduct product) : IClassFixture<UnlimitedProduct>
{
    private static readonly StaffCredentials Staff = new("admin", Product.AdminPassword);

    [Theory]
    [InlineData("place-uniform")]
    [InlineData("place-zipf")]
    [InlineData("place-hot")]
    [InlineData("browse")]
    [InlineData("retry-storm")]
    [InlineData("lifecycle")]
    [InlineData("mixed")]
    [InlineData("until-listed")]
    public async Task A_scenario_runs_without_a_failure(string name)
    {
        var scenario = ScenarioCatalogue.Find(name)!;
        await RunAsync(scenario with
        {
            Plan = scenario.Plan with { Users = 4, Products = 12, UserPrefix = $"smoke-{Guid.NewGuid():n}"[..16], SkuPrefix = $"{name}-" },
            Profile = new ClosedProfile(4) { VisitsPerClient = 3 },
        });
    }

    [Fact]
    public async Task A_flash_sale_sells_every_unit_and_not_one_more()
    {
        var scenario = ScenarioCatalogue.Find("flash-sale")!;
        var place = await RunAsync(scenario with
        {
            Plan = scenario.Plan with { Users = 8, UserPrefix = $"flash-{Guid.NewGuid():n}"[..16] },
            Profile = new ClosedProfile(110) { VisitsPerClient = 10 },
        });
        Assert.Equal(new StepTally(1_000, 100, 0), place.Of("place"));
    }

    private async Task<ScenarioTally> RunAsync(Scenario scenario)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var http = Target.Connect(product.Address, connections: 110);
        var shop = await ShopSetup.PrepareAsync(new(http, AuthMode.Bearer), scenario.Plan, Staff, cancellation);
        var strict = scenario with
        {
            Profile = scenario.Profile with { WarmUp = TimeSpan.Zero, Duration = TimeSpan.FromMinutes(2) },
            Thresholds = [.. scenario.Thresholds.Select(threshold => Threshold.Below(threshold.Step, Metric.FailedPercent, 0))],
        };
        var report = await new ScenarioRun(strict, shop, workers: 4, new PaceClock()).RunAsync(cancellation);
        Assert.Null(report.CheckProblem);
        Assert.All(report.Thresholds, threshold => Assert.True(threshold.Passed, $"{threshold.Threshold}: {threshold.Measured}"));
        Assert.All(report.Steps, step => Assert.Equal(0, step.Calls.Failed));
        return new(report.Steps.ToDictionary(step => step.Name, step => step.Calls));
    }
}
