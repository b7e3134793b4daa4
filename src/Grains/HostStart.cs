namespace Granary.Grains;

/// <summary>The start of the host that runs the grains.</summary>
internal static class HostStart
{
    /// <summary>Returns when the host has started: before that, tables and grains may not be available.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static async Task StartedAsync(this IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lifetime);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
