using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Granary.Testing;

/// <summary>Waits for what another process or a background task brings about. No other code of the tests polls.</summary>
public static class Eventually
{
    /// <summary>Only ends a run that would not end: a busy machine may need many times what an idle one needs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>What does not hold at once is looked at less often: a look takes the processor from what is waited for.</summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMilliseconds(200);

    private const double Growth = 1.25;

    /// <summary>Returns when the condition holds.</summary>
    /// <param name="interval">The time between two looks, for a condition that is expensive to ask for; by default 20 ms, and longer from look to look.</param>
    /// <exception cref="TimeoutException">It did not hold in time; the message names the condition.</exception>
    public static async Task HoldsAsync(
        Func<Task<bool>> condition,
        [CallerArgumentExpression(nameof(condition))] string what = "",
        TimeSpan? timeout = null,
        TimeSpan? interval = null,
        CancellationToken cancellation = default)
    {
        var started = Stopwatch.StartNew();
        var pause = interval ?? Interval;
        while (!await condition())
        {
            if (started.Elapsed > (timeout ?? Patience))
            {
                throw new TimeoutException($"Waited {started.Elapsed.TotalSeconds:F0} s in vain: {what}.");
            }

            await Task.Delay(pause, cancellation);
            pause = interval ?? TimeSpan.FromTicks(Math.Min(LongestInterval.Ticks, (long)(pause.Ticks * Growth)));
        }
    }

    /// <inheritdoc cref="HoldsAsync(Func{Task{bool}}, string, TimeSpan?, TimeSpan?, CancellationToken)"/>
    public static Task HoldsAsync(
        Func<bool> condition,
        [CallerArgumentExpression(nameof(condition))] string what = "",
        TimeSpan? timeout = null,
        CancellationToken cancellation = default) =>
        HoldsAsync(() => Task.FromResult(condition()), what, timeout, interval: null, cancellation);

    /// <summary>Repeats an attempt while it fails with a fault that may pass, and returns its result.</summary>
    /// <exception cref="Exception">The last such fault, if the attempt did not succeed in time.</exception>
    public static async Task<T> SucceedsAsync<T>(Func<Task<T>> attempt, Func<Exception, bool> mayPass)
    {
        var started = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (Exception fault) when (mayPass(fault) && started.Elapsed < Patience)
            {
                await Task.Delay(Interval);
            }
        }
    }
}
