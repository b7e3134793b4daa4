namespace Granary.Streams.Views;

/// <summary>
/// Writes with one statement what several callers hand in while another one is under way; a lone caller waits for nobody. Writers
/// side by side would cost the database more: they wait for each other at the same pages.
/// </summary>
/// <param name="write">Writes items, all or none. May be told the same ones again.</param>
/// <param name="most">Items from which a statement is closed.</param>
public sealed class WriteCombiner<T>(Func<IReadOnlyList<T>, Task> write, int most) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Group? _open;

    /// <summary>
    /// Returns when the items are written. What the database refuses of several callers' is tried by each with its own, so that
    /// the error reaches whom it concerns; an outage reaches all. Who gives up only stops waiting: the items are written all the same.
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
                // On the thread pool: the caller may be a grain, and its scheduler busy when others wait for this.
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

    /// <summary>Items that go out together, and whether they did.</summary>
    private sealed class Group() : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public List<T> Items { get; } = [];

        public int Callers { get; set; }

        public Task<bool> Written => Task;
    }
}
