using NBomber.CSharp;
using NBomber.Contracts;

namespace Granary.Load.Adapter;

/// <summary>Granary's scenarios in NBomber's terms: flow, load simulation and thresholds.</summary>
internal static class NBomberScenario
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static long _visits;

    public static ScenarioProps Of(Scenario scenario, Shop shop)
    {
        var props = NBomber.CSharp.Scenario
            .Create(scenario.Name, async context =>
            {
                var number = Interlocked.Increment(ref _visits);
                var shopper = shop.Shoppers[(int)(number % shop.Shoppers.Count)];
                var steps = new NBomberSteps(context);
                await scenario.Flow(new(shop, shopper, number, Random.Shared, steps, context.ScenarioCancellationToken));
                return steps.AnyFailed ? Response.Fail() : Response.Ok();
            })
            .WithLoadSimulations(Simulations(scenario.Profile))
            .WithThresholds([.. scenario.Thresholds.Select(NBomberThreshold)]);
        return scenario.Profile.WarmUp > TimeSpan.Zero
            ? props.WithWarmUpDuration(scenario.Profile.WarmUp)
            : props.WithoutWarmUp();
    }

    private static LoadSimulation[] Simulations(LoadProfile profile) => profile switch
    {
        ClosedProfile { VisitsPerClient: { } visits } closed => [Simulation.IterationsForConstant(closed.Clients, visits * closed.Clients)],
        ClosedProfile closed => [Simulation.KeepConstant(copies: closed.Clients, during: closed.Duration)],
        OpenProfile { Poisson: true } => throw new NotSupportedException("NBomber has no Poisson arrivals."),
        OpenProfile open => [Simulation.Inject(rate: Rate(open.ArrivalsPerSecond), interval: Second, during: open.Duration)],
        // A ramp begins at the rate of the preceding simulation.
        RampProfile ramp =>
        [
            Simulation.Inject(rate: Rate(ramp.From), interval: Second, during: Second),
            Simulation.RampingInject(rate: Rate(ramp.To), interval: Second, during: ramp.Duration),
        ],
        _ => throw new NotSupportedException($"{profile.GetType().Name} is not supported."),
    };

    private static int Rate(double perSecond) => (int)Math.Round(perSecond);

    /// <summary>NBomber reports no 99.9th percentile; the maximum replaces it, which is stricter.</summary>
    private static ThresholdProps NBomberThreshold(Threshold threshold) => threshold.Metric switch
    {
        Metric.P50Ms => On(threshold, stats => stats.Ok.Latency.Percent50),
        Metric.P99Ms => On(threshold, stats => stats.Ok.Latency.Percent99),
        Metric.P999Ms or Metric.MaxMs => On(threshold, stats => stats.Ok.Latency.MaxMs),
        Metric.FailedPercent => On(threshold, stats => stats.Fail.Request.Percent),
        Metric.PerSecond => On(threshold, stats => stats.Ok.Request.RPS),
        _ => throw new ArgumentOutOfRangeException(nameof(threshold)),
    };

    private static ThresholdProps On(Threshold threshold, Func<NBomber.Contracts.Stats.StepStats, double> figure) =>
        NBomber.CSharp.Threshold.Create(threshold.Step, stats => threshold.Passes(figure(stats)));
}
