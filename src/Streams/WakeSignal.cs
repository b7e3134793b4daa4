namespace Granary.Streams;

/// <summary>
/// Wakes one waiter. Signals that arrive while there is no waiter count as one: the waiter looks for work once, however often it
/// was signalled.
/// </summary>
public sealed class WakeSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiter;
    private bool _signaled;

    /// <summary>Wakes the current waiter; if there is none, the next wait returns at once.</summary>
    public void Set()
    {
        TaskCompletionSource? waiter;
        lock (_lock)
        {
            waiter = _waiter;
            _waiter = null;
            _signaled = waiter is null;
        }

        waiter?.TrySetResult();
    }

    /// <summary>Waits for a signal until a timeout. Only one caller may wait.</summary>
    /// <returns>Whether there was a signal; false after the timeout or a cancellation.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_lock)
        {
            if (_signaled)
            {
                _signaled = false;
                return true;
            }

            waiter = _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        await waiter.Task.WaitAsync(atMost, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            if (ReferenceEquals(_waiter, waiter))
            {
                _waiter = null;
                return false;
            }
        }

        return true;
    }
}
