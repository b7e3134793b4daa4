using Granary.Hosting;
using Granary.Hosting.Settings;
using Granary.Journal;
using Granary.Journal.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>
/// The command <c>backup FILE</c>: a consistent copy of the embedded database while the product runs. PostgreSQL brings its
/// own tools; see <c>docs/operations.md</c>.
/// </summary>
public static class BackupCommand
{
    /// <summary>What it is called by.</summary>
    public const string Name = "backup";

    /// <summary>Runs it.</summary>
    /// <param name="arguments">What follows <c>backup</c>.</param>
    /// <param name="configuration">Names the database, as for a silo.</param>
    /// <param name="console">Where the outcome is told.</param>
    /// <returns>The exit code of the process.</returns>
    /// <exception cref="InvalidConfigurationException">The configuration cannot be run with.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, IConfiguration configuration, IAnsiConsole console)
    {
        if (arguments is not [{ Length: > 0 } target])
        {
            console.WriteLine($"usage: {Name} FILE");
            return ExitCodes.Usage;
        }

        var options = SiloOptions.From(configuration);
        if (options.Storage != StorageKind.Sqlite)
        {
            console.WriteLine("This command copies the embedded database; PostgreSQL is backed up with pg_dump or pg_basebackup.");
            return ExitCodes.Usage;
        }

        if (File.Exists(target))
        {
            console.WriteLine($"{target} exists; a backup never overwrites one.");
            return ExitCodes.CannotCreate;
        }

        if (EmbeddedDatabase.IsMissing(options, console))
        {
            return ExitCodes.Unavailable;
        }

        var partial = target + ".partial";
        try
        {
            File.Delete(partial);
            await CopyAsync(options, partial);
            File.Move(partial, target);
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT)
        {
            Discard(partial);
            console.WriteLine($"{options.SqliteFile} cannot be copied: {fault.Message}");
            return ExitCodes.BadData;
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            Discard(partial);
            console.WriteLine($"{target} cannot be written: {fault.Message}");
            return ExitCodes.CannotCreate;
        }

        console.WriteLine($"{target} holds a copy of {options.SqliteFile}; {VerifyCommand.Name} checks it once it is restored.");
        return 0;
    }

    /// <summary>What is left of a copy that failed; where it cannot even be deleted, its name says what it is.</summary>
    private static void Discard(string partial)
    {
        try
        {
            File.Delete(partial);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The first fault is the one to tell.
        }
    }

    /// <summary>One read transaction over the whole database: writers go on, and the copy is of one moment.</summary>
    private static async Task CopyAsync(SiloOptions options, string target)
    {
        await using var connection = new SqliteConnection(SqliteJournal.ConnectionString(options.SqliteFile, options.Journal));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO $target";
        // SQLite copies into an empty file, too, and leaves its mode as it is.
        command.Parameters.AddWithValue("$target", PrivateFile.At(Path.GetFullPath(target)));
        await command.ExecuteNonQueryAsync();
    }
}
