namespace Granary.Streams.Views;

/// <summary>
/// While one write is in progress, collects the items of several callers and writes them with one statement; a single caller does
/// not wait. Concurrent writers would cost the database more, because they wait for each other at the same pages.
/// </summary>
/// <param name="write">Writes items, all or none. It may be called again with the same items.</param>
/// <param name="most">The number of items that closes a statement.</param>
public sealed class WriteCombiner<T>(Func<IReadOnlyList<T>, Task> write, int most) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Group? _open;

    /// <summary>
    /// Returns when the items are written. If the database refuses the combined items of several callers, each caller retries
    /// with its own items, so the error reaches the caller it concerns; an outage reaches all callers. A caller that cancels only
    /// stops waiting: its items are written anyway.
    /// </summary>
    public async Task WriteAsync(IReadOnlyList<T> items, CancellationToken cancellationToken)
    {
        if (!await Join(items).Written.WaitAsync(cancellationToken))
        {
            await write(items);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private Group Join(IReadOnlyList<T> items)
    {
        lock (_lock)
        {
            if (_open is null)
            {
                // On the thread pool: the caller may be a grain whose scheduler is busy while others wait for this write.
                var opened = _open = new Group();
                _ = Task.Run(() => WriteAsync(opened));
            }

            var group = _open;
            group.Items.AddRange(items);
            group.Callers++;
            if (group.Items.Count >= most)
            {
                _open = null;
            }

            return group;
        }
    }

    private async Task WriteAsync(Group group)
    {
        await _turn.WaitAsync();
        lock (_lock)
        {
            if (_open == group)
            {
                _open = null;
            }
        }

        try
        {
            await write(group.Items);
            group.SetResult(true);
        }
        catch (Exception fault) when (group.Callers > 1 && !Outage.Is(fault))
        {
            group.SetResult(false);
        }
        catch (Exception fault)
        {
            group.SetException(fault);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Items that are written together, and whether the write succeeded.</summary>
    private sealed class Group() : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public List<T> Items { get; } = [];

        public int Callers { get; set; }

        public Task<bool> Written => Task;
    }
}
