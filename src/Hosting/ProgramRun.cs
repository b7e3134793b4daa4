namespace Granary.Hosting;

/// <summary>Starts the programs and runs them until they are stopped.</summary>
public static class ProgramRun
{
    /// <summary>
    /// Starts the program and returns when it has stopped. A stop during the start is not a failure: the program abandons
    /// unfinished work, and the next start continues from what is durable.
    /// </summary>
    public static async Task RunUntilStoppedAsync(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var stopping = app.Lifetime.ApplicationStopping;
        try
        {
            await app.StartAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }

        await app.WaitForShutdownAsync();
    }
}
