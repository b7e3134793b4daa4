using Granary.Hosting.Auth;
using Granary.Hosting.Settings;
using Granary.Journal;
using Granary.Journal.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Granary.Hosting.Stores;

/// <summary>
/// Makes the files of the data directory ready before anything opens them, once the process has the directory for itself: takes the
/// other files out of a backup that an operator has put in the place of the journal's database, refuses a file that is damaged, and
/// removes damaged views, which consumers rebuild from the journal.
/// </summary>
internal sealed partial class EmbeddedStores(PlatformSettings settings, ILogger<EmbeddedStores> log, ISigningKeyStore? keys = null) : IHostedService
{
    /// <exception cref="CannotStartException">A file that nothing else can restore is damaged.</exception>
    /// <exception cref="InvalidConfigurationException">A file cannot be written.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.Run(Prepare, cancellationToken);
        try
        {
            await (keys?.ReadAsync(cancellationToken) ?? Task.CompletedTask);
        }
        catch (InvalidDataException damage)
        {
            throw new CannotStartException(ExitCodes.BadData, damage.Message, damage);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException(
                SettingKeys.DataDirectory, $"is '{settings.DataDirectory}', where this process cannot read the signing keys: {fault.Message}");
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Prepare()
    {
        Refuse(settings.SqliteFile, "Restore a backup: docs/operations.md says how.");
        EmbeddedBackup.Unpack(settings);
        Refuse(settings.WebhookFile, "Restore a backup, or move the file away: the product then starts without webhooks and their deliveries.");
        if (FaultOf(settings.ViewFile) is { } fault)
        {
            Rebuilding(settings.ViewFile, fault.Message);
            foreach (var side in (string[])["", "-wal", "-shm"])
            {
                File.Delete(settings.ViewFile + side);
            }
        }
    }

    private void Refuse(string file, string remedy)
    {
        if (FaultOf(file) is { } fault)
        {
            throw new CannotStartException(ExitCodes.BadData, $"{file} is damaged: {fault.Message} {remedy}", fault);
        }
    }

    /// <summary>Looks at the schema and the first row of every table: the whole file would take minutes to read.</summary>
    /// <returns>Why the file is no sound database; null if it is one, or does not exist yet.</returns>
    private SqliteException? FaultOf(string file)
    {
        try
        {
            using var connection = new SqliteFile(PrivateFile.At(file), isFlushed: true, settings.Journal.CommandTimeout).Open();
            foreach (var table in TablesOf(connection))
            {
                using var first = connection.CreateCommand();
                first.CommandText = $"SELECT * FROM \"{table}\" LIMIT 1";
                first.ExecuteScalar();
            }

            return null;
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB)
        {
            return fault;
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException(
                SettingKeys.DataDirectory, $"is '{settings.DataDirectory}', where this process cannot use {Path.GetFileName(file)}: {fault.Message}");
        }
    }

    private static List<string> TablesOf(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        using var reader = command.ExecuteReader();
        var tables = new List<string>();
        while (reader.Read())
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{File} is damaged and is built anew from the journal: {Fault}")]
    private partial void Rebuilding(string file, string fault);
}
