namespace Granary.Hosting;

/// <summary>How the programs start, and run until they are told to stop.</summary>
public static class ProgramRun
{
    /// <summary>
    /// Starts the program and returns when it has stopped. Being told to stop while it still starts is no failure: what had begun is
    /// given up, and whatever is durable by then is found by the next start.
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
