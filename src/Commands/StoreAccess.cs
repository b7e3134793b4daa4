using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Grains.Interfaces;
using Granary.Hosting;
using Granary.Hosting.Clustering;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Granary.Journal.PostgreSql;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>What commands do with stores: open those of the settings, and say why that fails with the right exit code.</summary>
internal static class StoreAccess
{
    /// <summary>Does some work on the stores of the settings. No silo and no front end is composed.</summary>
    /// <param name="mayBeAway">Whether it is done while some of several databases are away.</param>
    /// <returns>The exit code: that of the work, or why it could not be done.</returns>
    public static async Task<int> UseStoresAsync(
        this ParseResult parsed, IAnsiConsole console, Func<StoreReader, SettingsReader, Task<int>> work, bool mayBeAway = false)
    {
        var settings = CommandSettings.Of(parsed);
        if (IsMissing(PlatformSettings.From(settings), console))
        {
            return ExitCodes.Unavailable;
        }

        try
        {
            await using var stores = StoreReader.Open(settings);
            await stores.LookAsync(mayBeAway, CancellationToken.None);
            if (stores.Away.Count > 0 && !mayBeAway)
            {
                console.SayAway(stores);
                return ExitCodes.Unavailable;
            }

            return await work(stores, settings);
        }
        catch (Exception fault) when (IsBadData(fault.InnerException ?? fault))
        {
            console.Say($"This is no database of Granary, or a damaged one: {fault.Message}");
            return ExitCodes.BadData;
        }
        catch (Exception fault) when (fault is JournalUnavailableException or NpgsqlException)
        {
            console.Say(RefusedServerException.ReasonOf(fault is JournalUnavailableException ? fault.InnerException ?? fault : fault));
            return ExitCodes.Unavailable;
        }
        catch (Exception fault) when (fault is ClusterNotRunningException or OrleansException or TimeoutException)
        {
            console.Say(fault.Message);
            return ExitCodes.Unavailable;
        }
    }

    /// <summary>Whether the settings name an embedded database that does not exist, which opening it would create; if so, says it.</summary>
    public static bool IsMissing(PlatformSettings settings, IAnsiConsole console)
    {
        if (settings.Storage != StorageKind.Sqlite || File.Exists(settings.SqliteFile))
        {
            return false;
        }

        console.Say($"There is no database {settings.SqliteFile}.");
        return true;
    }

    /// <summary>One message, one line, however wide the console is: findings are searched for ids.</summary>
    public static void Say(this IAnsiConsole console, string line) => console.Profile.Out.Writer.WriteLine(line);

    /// <summary>Says which databases are away, and why.</summary>
    public static void SayAway(this IAnsiConsole console, StoreReader stores)
    {
        foreach (var (database, fault) in stores.Away)
        {
            console.Say($"Database {database}: {fault}");
        }
    }

    private static bool IsBadData(Exception fault) => fault is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable }
        or SqliteException { SqliteErrorCode: raw.SQLITE_ERROR or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB };
}
