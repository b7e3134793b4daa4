using Granary.Grains.Interfaces;
using Granary.Hosting.Settings;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Npgsql;

namespace Granary.Hosting.Stores;

/// <summary>
/// Reads which database of the journal has which partition, before anything reads or writes the journal, and refuses a configuration that
/// contradicts what the databases say.
/// </summary>
/// <param name="create">Whether this process enters new databases; others wait until a silo has.</param>
internal sealed partial class DatabasesAtStart(JournalDatabases databases, bool create, TimeProvider clock, ILogger<DatabasesAtStart> log) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Waits between two messages, in pauses.</summary>
    private const int Quiet = 10;

    /// <exception cref="InvalidConfigurationException">The configuration contradicts the databases.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (create && databases.All.Count > 1)
                {
                    await databases.InitializeAsync(cancellationToken);
                }

                if (await OpenAsync(databases, create, cancellationToken))
                {
                    return;
                }

                if (attempt % Quiet == 0)
                {
                    Waiting("no silo has divided it yet");
                }
            }
            catch (Exception fault) when (fault is NpgsqlException or JournalUnavailableException && !cancellationToken.IsCancellationRequested)
            {
                if (attempt % Quiet == 0)
                {
                    Waiting(fault.InnerException?.Message ?? fault.Message);
                }
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads the map once.</summary>
    /// <returns>False if there is none yet.</returns>
    /// <exception cref="InvalidConfigurationException">The configuration contradicts the databases.</exception>
    public static Task<bool> OpenAsync(JournalDatabases databases, bool create, CancellationToken cancellationToken) =>
        ReadAsync(() => databases.OpenAsync(create, cancellationToken));

    /// <summary>Reads the map once while databases are away, from the others.</summary>
    /// <param name="away">The numbers of the databases that are away.</param>
    /// <returns>False if none of the others has one.</returns>
    /// <exception cref="InvalidConfigurationException">The configuration contradicts the databases.</exception>
    public static Task<bool> OpenWithoutAsync(JournalDatabases databases, IEnumerable<int> away, CancellationToken cancellationToken) =>
        ReadAsync(() => databases.OpenWithoutAsync(away, cancellationToken));

    private static async Task<bool> ReadAsync(Func<Task<bool>> read)
    {
        try
        {
            return await read();
        }
        catch (PartitionMapException contradiction)
        {
            throw new InvalidConfigurationException(SettingKeys.Databases, contradiction.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the databases of the journal: {Fault}")]
    private partial void Waiting(string fault);
}
