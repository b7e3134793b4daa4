using System.Text.Json;
using Granary.Load.Measurement;
using Granary.Load.Reporting;
using Granary.Load;

namespace Granary.Programs.Tests.Benchmarks;

public sealed class ThresholdTests
{
    [Theory]
    [InlineData(99.9, true)]
    [InlineData(100, true)]
    [InlineData(100.1, false)]
    [InlineData(double.NaN, false)]
    public void A_limit_passes_up_to_and_including_itself(double measured, bool passes) =>
        Assert.Equal(passes, Threshold.Below("place", Metric.P99Ms, 100).Passes(measured));

    [Fact]
    public void A_floor_fails_values_below_it() =>
        Assert.False(new Threshold("place", Metric.PerSecond) { AtLeast = 500 }.Passes(499));

    [Fact]
    public void A_threshold_on_a_step_that_never_happened_fails()
    {
        var result = ThresholdResult.Of(Threshold.Below("ship", Metric.FailedPercent, 100), []);
        Assert.False(result.Passed);
        Assert.True(double.IsNaN(result.Measured));
    }

    [Fact]
    public void Expected_refusals_are_no_failures()
    {
        var recorder = new StepRecorder();
        Record(recorder, Verdict.Succeeded, 201);
        Record(recorder, Verdict.Refused, 409);
        Record(recorder, Verdict.Refused, 409);
        Record(recorder, Verdict.Failed, 500);
        var report = recorder.Report("place", TimeSpan.FromSeconds(2));
        Assert.Equal(25, report.Value(Metric.FailedPercent));
        Assert.Equal(1.5, report.Value(Metric.PerSecond));
        Assert.Equal(2, report.Statuses[409]);
    }

    [Fact]
    public void Percentiles_are_those_of_the_recorded_times()
    {
        var recorder = new StepRecorder();
        for (var ms = 1; ms <= 1_000; ms++)
        {
            recorder.Record(TimeSpan.FromMilliseconds(ms), TimeSpan.FromMilliseconds(1), Verdict.Succeeded, 200, measured: true);
        }

        var report = recorder.Report("place", TimeSpan.FromSeconds(1));
        Assert.InRange(report.Value(Metric.P50Ms), 499, 501);
        Assert.InRange(report.Value(Metric.P99Ms), 989, 991);
        Assert.InRange(report.Value(Metric.MaxMs), 999, 1_001);
    }

    [Fact]
    public void Plans_are_read_from_json()
    {
        const string Json =
            """
            {
              "profile": { "kind": "ramp", "from": 10, "to": 200, "warm_up": "00:00:05", "duration": "00:01:00" },
              "thresholds": [ { "step": "place", "metric": "P99Ms", "at_most": 25 } ]
            }
            """;
        var plan = JsonSerializer.Deserialize<PlanFile>(Json, LoadJson.Options)!;
        Assert.Equal(
            new RampProfile(10, 200) { WarmUp = TimeSpan.FromSeconds(5), Duration = TimeSpan.FromMinutes(1) }, plan.Profile);
        Assert.Equal([Threshold.Below("place", Metric.P99Ms, 25)], plan.Thresholds!);
    }

    private static void Record(StepRecorder recorder, Verdict verdict, int status) =>
        recorder.Record(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), verdict, status, measured: true);
}
