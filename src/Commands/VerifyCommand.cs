using System.Globalization;
using Granary.Domain.Audit;
using Granary.Grains.Interfaces;
using Granary.Hosting;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Granary.Journal;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>The command <c>verify</c>: folds the whole journal and checks the invariants of the platform.</summary>
public static class VerifyCommand
{
    /// <summary>What it is called by.</summary>
    public const string Name = "verify";

    /// <summary>The exit code for a journal that is not sound.</summary>
    private const int Unsound = 1;

    private const string UntilPosition = "--until-position";
    private const int Page = 5_000;
    private const int Shown = 20;

    /// <summary>Runs it.</summary>
    /// <param name="arguments">What follows <c>verify</c>.</param>
    /// <param name="configuration">Names the journal, as for a silo.</param>
    /// <param name="console">Where progress and findings are shown.</param>
    /// <returns>The exit code of the process: 0 for a sound journal.</returns>
    /// <exception cref="InvalidConfigurationException">The configuration cannot be run with.</exception>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, IConfiguration configuration, IAnsiConsole console, CancellationToken cancellationToken = default)
    {
        if (Parse(arguments) is not { } until)
        {
            console.WriteLine($"usage: {Name} [{UntilPosition} N]");
            return ExitCodes.Usage;
        }

        if (EmbeddedDatabase.IsMissing(SiloOptions.From(configuration), console))
        {
            return ExitCodes.Unavailable;
        }

        var audit = new JournalAudit();
        try
        {
            await using var stores = StoreReader.Open(configuration);
            var last = await ReadShowingProgressAsync(stores.Journal, audit, until, console, cancellationToken);
            return Show(audit.Judge(), last, until, console);
        }
        catch (Exception fault) when (IsBadData(fault.InnerException ?? fault))
        {
            Write(console, $"This is no database of Granary, or a damaged one: {fault.Message}");
            return ExitCodes.BadData;
        }
        catch (JournalUnavailableException fault)
        {
            console.WriteLine(fault.InnerException?.Message ?? fault.Message);
            return ExitCodes.Unavailable;
        }
    }

    /// <summary>The position to read to; null when the arguments are wrong.</summary>
    private static long? Parse(IReadOnlyList<string> arguments) => arguments switch
    {
        [] => long.MaxValue,
        [UntilPosition, var text] when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) => position,
        _ => null,
    };

    private static bool IsBadData(Exception fault) => fault is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable }
        or SqliteException { SqliteErrorCode: raw.SQLITE_ERROR or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB };

    /// <summary>Progress is for a terminal: in a file it would only stand between the findings.</summary>
    private static Task<long> ReadShowingProgressAsync(
        IJournalStore journal, JournalAudit audit, long until, IAnsiConsole console, CancellationToken cancellationToken) =>
        console.Profile.Capabilities.Interactive
            ? console.Progress().AutoClear(true).StartAsync(
                progress =>
                {
                    var task = progress.AddTask("Events");
                    return ReadAsync(journal, audit, until, done => task.Value = done * task.MaxValue, cancellationToken);
                })
            : ReadAsync(journal, audit, until, static _ => { }, cancellationToken);

    /// <summary>Reads the journal into the audit and returns the position of the last event read.</summary>
    private static async Task<long> ReadAsync(
        IJournalStore journal, JournalAudit audit, long until, Action<double> progress, CancellationToken cancellationToken)
    {
        var last = 0L;
        var end = Math.Min(until, await journal.ReadEndAsync(cancellationToken));
        while (last < end)
        {
            var page = await journal.ReadAllAsync(last, Page, cancellationToken);
            foreach (var record in page.TakeWhile(record => record.Position <= end))
            {
                audit.Add(record);
                last = record.Position;
            }

            progress((double)last / end);
            if (page.Count == 0 || page[^1].Position >= end)
            {
                break;
            }
        }

        progress(1);
        return last;
    }

    private static int Show(AuditReport report, long last, long until, IAnsiConsole console)
    {
        if (report.Events == 0)
        {
            console.WriteLine("The journal is empty: there is nothing to verify.");
            return ExitCodes.BadData;
        }

        Write(console, $"{report.Events} events to position {last}: {report.Orders} orders, {report.Products} products, {report.Users} users.");
        if (until != long.MaxValue && last < until)
        {
            Write(console, $"There is no event at position {until}; this is the last one before it.");
        }

        List(report.Violations, "that must never be", console);
        List(report.Lagging, "not yet in step with their orders, which stock items and wallets correct by themselves", console);
        console.WriteLine(report.IsSound ? "The journal is sound." : "The journal is NOT sound.");
        return report.IsSound ? 0 : Unsound;
    }

    private static void List(IReadOnlyList<string> findings, string what, IAnsiConsole console)
    {
        if (findings.Count == 0)
        {
            return;
        }

        Write(console, $"Found {what}: {findings.Count}");
        foreach (var finding in findings.Take(Shown))
        {
            Write(console, $"  {finding}");
        }

        if (findings.Count > Shown)
        {
            Write(console, $"  and {findings.Count - Shown} more.");
        }
    }

    /// <summary>One finding, one line, however wide the console is: findings are searched for ids.</summary>
    private static void Write(IAnsiConsole console, FormattableString line) =>
        console.Profile.Out.Writer.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
