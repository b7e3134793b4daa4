namespace Granary.Views;

/// <summary>
/// Writes with one statement what several callers hand in while another one is under way; a lone caller waits for nobody. Writers
/// side by side would cost the database more: they wait for the same pages at the end of its indexes.
/// </summary>
/// <param name="write">Writes items, all or none. May be told the same ones again.</param>
/// <param name="most">Items from which a statement is closed.</param>
public sealed class WriteCombiner<T>(Func<IReadOnlyList<T>, CancellationToken, Task> write, int most) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Group? _open;

    /// <summary>
    /// Returns when the items are written. What goes wrong with the items of several callers is tried by each with its own, so
    /// that an error reaches those whom it concerns.
    /// </summary>
    public async Task WriteAsync(IReadOnlyList<T> items, CancellationToken cancellationToken)
    {
        var group = Join(items);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!group.IsTried)
            {
                group.IsWritten = await TryWriteAsync(group, cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }

        if (!group.IsWritten)
        {
            await write(items, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private Group Join(IReadOnlyList<T> items)
    {
        lock (_lock)
        {
            var group = _open ??= new Group();
            group.Items.AddRange(items);
            group.Callers++;
            if (group.Items.Count >= most)
            {
                _open = null;
            }

            return group;
        }
    }

    private async Task<bool> TryWriteAsync(Group group, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            group.IsTried = true;
            if (_open == group)
            {
                _open = null;
            }
        }

        try
        {
            await write(group.Items, cancellationToken);
            return true;
        }
        catch (Exception) when (group.Callers > 1)
        {
            return false;
        }
    }

    /// <summary>Items that go out together. The flags change in turn.</summary>
    private sealed class Group
    {
        public List<T> Items { get; } = [];

        public int Callers { get; set; }

        public bool IsTried { get; set; }

        public bool IsWritten { get; set; }
    }
}
