using Granary.Load.Dispatch;

namespace Granary.Load.Measurement;

/// <summary>
/// Measures the steps of one visit. Until the first step has ended, steps count from the visit's intended start, so that they
/// include the time spent waiting for a free worker. Later steps count from their own start, since the flow chose it.
/// </summary>
/// <param name="recorder">Where the figures go.</param>
/// <param name="clock">The clock of the run.</param>
/// <param name="intended">The visit's intended start; null means the current time.</param>
/// <param name="measured">False during the warm-up.</param>
public sealed class MeasuredVisit(RunRecorder recorder, IPaceClock clock, TimeSpan? intended, bool measured) : IStepRunner
{
    private readonly TimeSpan _started = clock.Now;
    private int _ended;
    private int _failed;

    /// <inheritdoc/>
    public async Task<Reply> RunAsync(string step, Func<Task<Reply>> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var started = clock.Now;
        var from = Volatile.Read(ref _ended) == 0 ? intended ?? started : started;
        var reply = Reply.NoAnswer;
        try
        {
            reply = await call();
            return reply;
        }
        catch (OperationCanceledException)
        {
            // The run is over; the call counts as failed with the time until now.
            return reply;
        }
        finally
        {
            var ended = clock.Now;
            Interlocked.Increment(ref _ended);
            if (reply.Verdict is Verdict.Failed)
            {
                Interlocked.Increment(ref _failed);
            }

            recorder.Step(step).Record(ended - from, ended - started, reply.Verdict, reply.Status, measured);
        }
    }

    /// <summary>Records the visit as a whole.</summary>
    public void End()
    {
        var ended = clock.Now;
        var verdict = Volatile.Read(ref _failed) == 0 ? Verdict.Succeeded : Verdict.Failed;
        recorder.Step(Threshold.WholeVisit).Record(ended - (intended ?? _started), ended - _started, verdict, 0, measured);
    }
}
