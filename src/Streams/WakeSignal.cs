namespace Granary.Streams;

/// <summary>
/// Wakes one waiter. Signals that come while nobody waits are one signal: the waiter looks for work, however often it was
/// called.
/// </summary>
public sealed class WakeSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiter;
    private bool _signaled;

    /// <summary>Wakes the waiter, or the next one at once.</summary>
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

    /// <summary>Waits for a signal, at most for a time. Only one may wait.</summary>
    /// <returns>Whether there was a signal; false when the time is over or the wait was cancelled.</returns>
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
