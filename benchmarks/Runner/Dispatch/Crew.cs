namespace Granary.Load.Dispatch;

/// <summary>
/// A fixed number of workers with a queue. A visit starts on the thread that delivers its arrival: waking another thread for
/// each visit would cost more processor time than the call itself.
/// </summary>
/// <param name="size">Number of workers.</param>
/// <param name="serve">Makes the visit of an arrival.</param>
public sealed class Crew(int size, Func<int, Arrival, Task> serve)
{
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new(Enumerable.Range(0, size).Reverse());
    private readonly Queue<Arrival> _waiting = new();
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;

    /// <summary>Takes an arrival. Its visit starts at once if a worker is free, otherwise when one becomes free.</summary>
    public void Take(Arrival arrival)
    {
        int worker;
        lock (_lock)
        {
            if (!_free.TryPop(out worker))
            {
                _waiting.Enqueue(arrival);
                return;
            }
        }

        _ = WorkAsync(worker, arrival);
    }

    /// <summary>Completes when all arrivals have been served. Throws the fault of a visit.</summary>
    public Task FinishAsync()
    {
        lock (_lock)
        {
            _closed = true;
            FinishIfIdle();
        }

        return _finished.Task;
    }

    private async Task WorkAsync(int worker, Arrival arrival)
    {
        try
        {
            do
            {
                await serve(worker, arrival);
            }
            while (TryNext(worker, out arrival));
        }
        catch (Exception fault)
        {
            // No caller awaits the worker, so FinishAsync throws the fault.
            _finished.TrySetException(fault);
        }
    }

    private bool TryNext(int worker, out Arrival arrival)
    {
        lock (_lock)
        {
            if (_waiting.TryDequeue(out arrival))
            {
                return true;
            }

            _free.Push(worker);
            FinishIfIdle();
            return false;
        }
    }

    private void FinishIfIdle()
    {
        if (_closed && _free.Count == size)
        {
            _finished.TrySetResult();
        }
    }
}
