namespace Granary.Api.Traffic;

/// <summary>
/// Turns of searches for a text, which may read every row of a view: two run at a time in this process and a bounded number waits.
/// </summary>
public sealed class SearchTurns : IDisposable
{
    /// <summary>Searches that run at a time.</summary>
    public const int MostRunning = 2;

    /// <summary>Searches that run or wait. Those that wait are answered within about a second of processor time.</summary>
    public const int MostAccepted = 32;

    private readonly SemaphoreSlim _turns = new(MostRunning);
    private int _accepted;

    /// <summary>Searches when it is its turn.</summary>
    /// <exception cref="OverloadedException">Too many searches wait.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> search)
    {
        ArgumentNullException.ThrowIfNull(search);
        if (Interlocked.Increment(ref _accepted) > MostAccepted)
        {
            Interlocked.Decrement(ref _accepted);
            throw new OverloadedException();
        }

        try
        {
            await _turns.WaitAsync();
            try
            {
                return await search();
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _accepted);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();
}
