namespace Granary.Load.Dispatch;

/// <summary>
/// A fixed number of workers and the queue before them. A visit begins on the thread that brings it: waking another thread
/// for each would cost more processor time than the call itself.
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

    /// <summary>Takes an arrival; it starts at once if a worker is free, else when one is.</summary>
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

    /// <summary>Returns when all arrivals taken have been served. A fault of a visit surfaces here.</summary>
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
            // Nobody awaits the worker: the fault is handed to whoever waits for the crew.
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
