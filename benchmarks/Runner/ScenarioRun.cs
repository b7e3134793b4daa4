using System.Diagnostics;
using Granary.Load.Dispatch;
using Granary.Load.Measurement;
using Granary.Load.Reporting;

namespace Granary.Load;

/// <summary>Runs one scenario against a shop: warm-up, measurement, check, thresholds.</summary>
/// <param name="scenario">The scenario with the profile and thresholds to apply.</param>
/// <param name="shop">The shop, already set up.</param>
/// <param name="workers">Maximum number of concurrent visits with open arrivals.</param>
/// <param name="clock">The clock.</param>
public sealed class ScenarioRun(Scenario scenario, Shop shop, int workers, IPaceClock clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);
    private readonly RunRecorder _recorder = new();
    private readonly Random[] _randoms =
        [.. Enumerable.Range(0, Math.Max(workers, (scenario.Profile as ClosedProfile)?.Clients ?? 0)).Select(seed => new Random(seed))];

    private long _visits;

    /// <summary>Raised each second of the measurement with the latest figures of the whole visit.</summary>
    public event Action<TimeSpan, IntervalSample>? Progress;

    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async Task<RunReport> RunAsync(CancellationToken cancellation)
    {
        if (scenario.Profile.WarmUp > TimeSpan.Zero)
        {
            await DispatchAsync(ArrivalSchedule.WarmUpOf(scenario.Profile), measured: false, cancellation);
        }

        var startedAt = DateTimeOffset.UtcNow;
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var start = clock.Now;
        using var sampling = new CancellationTokenSource();
        var sampler = SampleAsync(start, sampling.Token);
        await DispatchAsync(scenario.Profile, measured: true, cancellation);
        var duration = clock.Now - start;
        await sampling.CancelAsync();
        await sampler;
        cancellation.ThrowIfCancellationRequested();

        var steps = _recorder.Report(duration);
        var calls = steps.Where(step => step.Name != Threshold.WholeVisit).Sum(step => step.Calls.Total);
        var generator = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalMicroseconds / Math.Max(1, calls);
        var problem = scenario.Check is { } check ? await check(shop, _recorder.Tally(), cancellation) : null;
        return new(
            scenario.Name, scenario.Summary, startedAt, duration.TotalSeconds, scenario.Profile, Environment.ProcessorCount, generator, steps,
            [.. scenario.Thresholds.Select(threshold => ThresholdResult.Of(threshold, steps))], problem);
    }

    private Task DispatchAsync(LoadProfile profile, bool measured, CancellationToken cancellation)
    {
        Task Make(int worker, long number, TimeSpan? intended, CancellationToken token) => VisitAsync(worker, intended, measured, token);
        return profile is ClosedProfile closed
            ? Loops.ClosedAsync(closed, clock, Make, cancellation)
            : Loops.OpenAsync(profile, workers, Patience, clock, Make, cancellation);
    }

    private async Task VisitAsync(int worker, TimeSpan? intended, bool measured, CancellationToken cancellation)
    {
        var number = Interlocked.Increment(ref _visits);
        var shopper = shop.Shoppers[(int)(number % shop.Shoppers.Count)];
        var steps = new MeasuredVisit(_recorder, clock, intended, measured);
        await scenario.Flow(new(shop, shopper, number, _randoms[worker], steps, cancellation));
        steps.End();
    }

    private async Task SampleAsync(TimeSpan start, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(SampleInterval);
        var last = start;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                var now = clock.Now;
                _recorder.Sample(now - start, now - last);
                last = now;
                if (_recorder.Step(Threshold.WholeVisit).Latest is { } latest)
                {
                    Progress?.Invoke(now - start, latest);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }
}
