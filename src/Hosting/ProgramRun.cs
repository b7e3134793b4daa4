using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Connections;

namespace Granary.Hosting;

/// <summary>Starts the programs and runs them until they are stopped.</summary>
public static class ProgramRun
{
    /// <summary>
    /// Starts the program and returns when it has stopped. A stop during the start is not a failure: the program abandons
    /// unfinished work, and the next start continues from what is durable.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">The program cannot start with its settings.</exception>
    /// <exception cref="CannotStartException">The program cannot start for another reason.</exception>
    public static async Task RunUntilStoppedAsync(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var stopping = app.Lifetime.ApplicationStopping;
        try
        {
            await app.StartAsync();
        }
        catch (Exception fault) when (fault is OperationCanceledException or OrleansLifecycleCanceledException && stopping.IsCancellationRequested)
        {
            return;
        }
        catch (IOException fault) when (fault.InnerException is AddressInUseException)
        {
            // The addresses were free when this process bound them; another one that started at the same moment listened first.
            throw new InvalidConfigurationException(SettingKeys.Urls, $"names an address where another process listens: {fault.Message}");
        }
        catch (Exception fault) when (fault is not (InvalidConfigurationException or CannotStartException))
        {
            // The host has logged it with its stack. An exception that leaves the program would end it with SIGABRT and a core dump.
            throw new CannotStartException(ExitCodes.Fault, $"The program cannot start: {fault.Message}", fault);
        }

        await app.WaitForShutdownAsync();
    }
}
