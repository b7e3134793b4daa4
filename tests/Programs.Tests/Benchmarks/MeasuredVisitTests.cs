using Granary.Load.Measurement;
using Granary.Load;

namespace Granary.Programs.Tests.Benchmarks;

public sealed class MeasuredVisitTests
{
    private static readonly Reply Ok = new(201, ReadOnlyMemory<byte>.Empty, Verdict.Succeeded);
    private readonly VirtualClock _clock = new();
    private readonly RunRecorder _recorder = new();

    [Fact]
    public async Task The_first_step_counts_from_the_intended_start_and_a_later_one_from_its_own()
    {
        _clock.Advance(TimeSpan.FromSeconds(10));
        var visit = new MeasuredVisit(_recorder, _clock, intended: TimeSpan.FromSeconds(8), measured: true);
        await visit.RunAsync("first", () => Take(TimeSpan.FromSeconds(1)));
        await visit.RunAsync("second", () => Take(TimeSpan.FromSeconds(4)));
        visit.End();

        AssertTimes("first", response: 3_000, service: 1_000);
        AssertTimes("second", response: 4_000, service: 4_000);
        AssertTimes(Threshold.WholeVisit, response: 7_000, service: 5_000);
    }

    [Fact]
    public async Task Steps_that_start_together_all_count_from_the_intended_start()
    {
        _clock.Advance(TimeSpan.FromSeconds(3));
        var visit = new MeasuredVisit(_recorder, _clock, intended: TimeSpan.FromSeconds(1), measured: true);
        var answer = new TaskCompletionSource<Reply>();
        var copies = Enumerable.Range(0, 3).Select(_ => visit.RunAsync("copy", () => answer.Task)).ToArray();
        answer.SetResult(Ok);
        await Task.WhenAll(copies);
        AssertTimes("copy", response: 2_000, service: 0);
    }

    [Fact]
    public async Task A_call_that_the_end_of_the_run_cancels_counts_as_failed_with_the_time_it_had()
    {
        var visit = new MeasuredVisit(_recorder, _clock, intended: TimeSpan.Zero, measured: true);
        var reply = await visit.RunAsync("place", () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            throw new OperationCanceledException();
        });
        Assert.Equal(Verdict.Failed, reply.Verdict);
        var report = Report("place");
        Assert.Equal(new StepTally(0, 0, 1), report.Calls);
        Assert.InRange(report.Response.MaxMs, 29_900, 30_100);
    }

    [Fact]
    public async Task The_warm_up_is_in_the_tally_and_not_in_the_figures()
    {
        var visit = new MeasuredVisit(_recorder, _clock, intended: null, measured: false);
        await visit.RunAsync("place", () => Take(TimeSpan.FromSeconds(1)));
        Assert.Equal(1, _recorder.Tally().Of("place").Succeeded);
        Assert.Equal(0, Report("place").Calls.Total);
        Assert.True(double.IsNaN(Report("place").Value(Metric.P99Ms)));
    }

    private Task<Reply> Take(TimeSpan time)
    {
        _clock.Advance(time);
        return Task.FromResult(Ok);
    }

    private StepReport Report(string step) => _recorder.Report(TimeSpan.FromSeconds(1)).Single(report => report.Name == step);

    /// <summary>The histogram keeps three significant digits.</summary>
    private void AssertTimes(string step, double response, double service)
    {
        Assert.InRange(Report(step).Response.MaxMs, response * 0.999, (response * 1.002) + 0.01);
        Assert.InRange(Report(step).Service.MaxMs, service * 0.999, (service * 1.002) + 0.01);
    }
}
