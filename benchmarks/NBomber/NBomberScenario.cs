using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

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
                // NBomber cancels the scenario's own token when its time is over, which would turn every call under way into a failure.
                await scenario.Flow(new(shop, shopper, number, Random.Shared, steps, CancellationToken.None));
                return steps.AnyFailed ? Response.Fail() : Response.Ok();
            })
            .WithLoadSimulations(Simulations(scenario.Profile))
            // Otherwise a failed step throws, and the flow never learns that its call failed.
            .WithRestartIterationOnFail(false)
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

    private static NBomber.Contracts.Threshold NBomberThreshold(Threshold threshold) =>
        threshold.Step == Threshold.WholeVisit
            ? NBomber.Contracts.Threshold.Create((ScenarioStats stats) => threshold.Passes(Figure(threshold.Metric, stats.Ok, stats.Fail)))
            : NBomber.Contracts.Threshold.Create(
                threshold.Step, (StepStats stats) => threshold.Passes(Figure(threshold.Metric, stats.Ok, stats.Fail)));

    /// <summary>NBomber reports no 99.9th percentile; the maximum replaces it, which is stricter.</summary>
    private static double Figure(Metric metric, MeasurementStats ok, MeasurementStats fail) => metric switch
    {
        Metric.P50Ms => ok.Latency.Percent50,
        Metric.P99Ms => ok.Latency.Percent99,
        Metric.P999Ms or Metric.MaxMs => ok.Latency.MaxMs,
        Metric.FailedPercent => FailedPercent(ok.Request.Count, fail.Request.Count),
        Metric.PerSecond => ok.Request.RPS,
        _ => throw new ArgumentOutOfRangeException(nameof(metric)),
    };

    /// <summary>NBomber's own percentage is an integer, in which 0.37 % is 0. NBomber also asks before the first call has ended.</summary>
    private static double FailedPercent(double ok, double failed) => ok + failed == 0 ? 0 : 100 * failed / (ok + failed);
}
