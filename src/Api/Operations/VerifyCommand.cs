using System.Globalization;
using Granary.Audit;
using Granary.Hosting;
using Granary.Journal;
using Spectre.Console;

namespace Granary.Operations;

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
            var last = await console.Progress().HideCompleted(true).StartAsync(
                progress => ReadAsync(stores.Journal, audit, until, progress.AddTask("Events"), cancellationToken));
            return Show(audit.Judge(), last, console);
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

    /// <summary>Reads the journal into the audit and returns the position of the last event read.</summary>
    private static async Task<long> ReadAsync(
        IJournalStore journal, JournalAudit audit, long until, ProgressTask progress, CancellationToken cancellationToken)
    {
        var last = 0L;
        var end = Math.Min(until, await journal.ReadEndAsync(cancellationToken));
        progress.MaxValue = Math.Max(1, end);
        while (last < end)
        {
            var page = await journal.ReadAllAsync(last, Page, cancellationToken);
            foreach (var record in page.TakeWhile(record => record.Position <= end))
            {
                audit.Add(record);
                last = record.Position;
            }

            progress.Value = last;
            if (page.Count == 0 || page[^1].Position >= end)
            {
                break;
            }
        }

        progress.Value = progress.MaxValue;
        return last;
    }

    private static int Show(AuditReport report, long last, IAnsiConsole console)
    {
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Events} events to position {last}: {report.Orders} orders, {report.Products} products, {report.Users} users."));
        List(report.Violations, "violations", console);
        List(report.Unsettled, "claims to settle, which grains do by themselves", console);
        console.WriteLine(report.IsSound ? "The journal is sound." : "The journal is NOT sound.");
        return report.IsSound ? 0 : Unsound;
    }

    private static void List(IReadOnlyList<string> findings, string what, IAnsiConsole console)
    {
        if (findings.Count == 0)
        {
            return;
        }

        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{findings.Count} {what}:"));
        foreach (var finding in findings.Take(Shown))
        {
            console.WriteLine($"  {finding}");
        }
    }
}
