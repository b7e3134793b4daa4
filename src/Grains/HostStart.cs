namespace Granary.Grains;

/// <summary>The start of the host that the grains live in.</summary>
internal static class HostStart
{
    /// <summary>Returns when the host has started: until then there may be neither tables to read nor grains to call.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static async Task StartedAsync(this IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lifetime);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
