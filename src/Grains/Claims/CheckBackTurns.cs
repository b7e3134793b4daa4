namespace Granary.Grains.Claims;

/// <summary>
/// Lets only one stock item or user of the silo at a time read the orders it asks about: after a restart or the loss of a silo
/// all of them ask, and callers that place orders must not wait behind them.
/// </summary>
public sealed class CheckBackTurns : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Waits for a turn and reads.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        await _turn.WaitAsync();
        try
        {
            return await read();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
