using System.Diagnostics;

namespace Granary.Testing;

/// <summary>Waits for a condition that another process or a background task brings about.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Returns when the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold in time; the message names the condition.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var started = Stopwatch.StartNew();
        while (!await condition())
        {
            if (started.Elapsed > (timeout ?? Patience))
            {
                throw new TimeoutException($"Waited {started.Elapsed.TotalSeconds:F0} s in vain: {what}.");
            }

            await Task.Delay(20, cancellation);
        }
    }

    /// <inheritdoc cref="HoldsAsync(Func{Task{bool}}, string, TimeSpan?, CancellationToken)"/>
    public static Task HoldsAsync(Func<bool> condition, string what, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        HoldsAsync(() => Task.FromResult(condition()), what, timeout, cancellation);
}
