using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Hosting;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>
/// The command <c>backup FILE</c>: a consistent copy of the embedded databases in one file while the product runs. PostgreSQL brings its
/// own tools, see <c>docs/operations.md</c>; where the journal has several databases, their dumps must be of one moment.
/// </summary>
internal static class BackupCommand
{
    /// <summary>What it is called by.</summary>
    public const string Name = "backup";

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console)
    {
        var target = new Argument<string>("FILE") { Description = "The file or directory to create; an existing one is never overwritten" };
        var command = GranaryCommand.Of(
            Name,
            "Copies the embedded databases to one file, or dumps the databases of a divided journal into one directory, while the product runs",
            $"{Name} /backups/granary.db",
            $"{Name} /backups/granary.db --Granary:DataDirectory /var/lib/granary");
        command.Add(target);
        command.SetAction(parsed => PlatformSettings.From(CommandSettings.Of(parsed)) is { Databases.Count: > 1 } divided
            ? DumpAsync(parsed, parsed.GetRequiredValue(target), divided, console)
            : RunAsync(parsed.GetRequiredValue(target), PlatformSettings.From(CommandSettings.Of(parsed)), console));
        return command;
    }

    private static Task<int> DumpAsync(ParseResult parsed, string directory, PlatformSettings options, IAnsiConsole console)
    {
        if (Directory.Exists(directory) || File.Exists(directory))
        {
            console.Say($"{directory} exists; a backup never overwrites one.");
            return Task.FromResult(ExitCodes.CannotCreate);
        }

        return parsed.UseStoresAsync(console, (stores, _) => DividedBackup.RunAsync(directory, stores, options.Databases, console));
    }

    private static async Task<int> RunAsync(string target, PlatformSettings options, IAnsiConsole console)
    {
        if (options.Storage != StorageKind.Sqlite)
        {
            console.Say("This command copies the embedded databases; PostgreSQL is backed up with pg_dump or pg_basebackup.");
            return ExitCodes.Usage;
        }

        if (File.Exists(target))
        {
            console.Say($"{target} exists; a backup never overwrites one.");
            return ExitCodes.CannotCreate;
        }

        if (StoreAccess.IsMissing(options, console))
        {
            return ExitCodes.Unavailable;
        }

        var partial = target + ".partial";
        try
        {
            File.Delete(partial);
            await Task.Run(() => EmbeddedBackup.Write(options, partial));
            File.Move(partial, target);
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT)
        {
            Discard(partial);
            console.Say($"{options.SqliteFile} or {options.WebhookFile} cannot be copied: {fault.Message}");
            return ExitCodes.BadData;
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            Discard(partial);
            console.Say($"{target} cannot be written: {fault.Message}");
            return ExitCodes.CannotCreate;
        }

        console.Say($"{target} holds a copy of {options.SqliteFile}, with the webhooks and signing keys; {VerifyCommand.Name} checks it once it is restored.");
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
}
