namespace Granary.Streams.Views;

/// <summary>
/// Shares one read among callers that arrive while another read is in progress. Every caller gets the result of a read that began
/// after the call.
/// </summary>
public sealed class SharedRead<T>(Func<Task<T>> read)
{
    private readonly Lock _lock = new();
    private Task<T>? _current;
    private Task<T>? _next;

    /// <summary>The result of a read that begins now or later.</summary>
    public Task<T> ReadAsync()
    {
        lock (_lock)
        {
            return _next is not null ? _next
                : _current is { IsCompleted: false } current ? _next = AfterAsync(current)
                : _current = Task.Run(read);
        }
    }

    private async Task<T> AfterAsync(Task current)
    {
        await current.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<T> mine;
        lock (_lock)
        {
            _next = null;
            mine = _current = Task.Run(read);
        }

        return await mine.ConfigureAwait(false);
    }
}
