using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Domain.Audit;
using Granary.Hosting;
using Granary.Journal;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>The command <c>verify</c>: folds the whole journal and checks the invariants of the platform.</summary>
internal static class VerifyCommand
{
    /// <summary>What it is called by.</summary>
    public const string Name = "verify";

    /// <summary>The exit code for a journal that is not sound.</summary>
    private const int Unsound = 1;

    private const int Page = 5_000;
    private const int Shown = 20;

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console)
    {
        var until = CommandOptions.Position("--until-position", "Checks the journal up to this position only");
        var command = GranaryCommand.Of(
            Name,
            "Folds the whole journal and checks every invariant; the product may run meanwhile. Exits with 1 where the journal is not sound",
            Name,
            $"{Name} {until.Name} 5000",
            $"{Name} --Granary:DataDirectory /restored");
        command.Add(until);
        command.SetAction((parsed, cancellationToken) => parsed.UseStoresAsync(
            console, (stores, _) => RunAsync(stores.Journal, parsed.GetValue(until) ?? long.MaxValue, console, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(IJournalStore journal, long until, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var audit = new JournalAudit();
        var last = await ReadShowingProgressAsync(journal, audit, until, console, cancellationToken);
        return Show(audit.Judge(), last, until, console);
    }

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
            console.Say(until == long.MaxValue
                ? "The journal is empty: there is nothing to verify."
                : $"There is no event up to position {until}: there is nothing to verify.");
            return ExitCodes.BadData;
        }

        console.Say($"{report.Events} events to position {last}: {report.Orders} orders, {report.Products} products, {report.Users} users.");
        if (until != long.MaxValue && last < until)
        {
            console.Say($"There is no event at position {until}; this is the last one before it.");
        }

        List(report.Violations, "that must never be", console);
        List(report.Lagging, "not yet in step with their orders, which stock items and wallets correct by themselves", console);
        console.Say(report.IsSound ? "The journal is sound." : "The journal is NOT sound.");
        return report.IsSound ? 0 : Unsound;
    }

    private static void List(IReadOnlyList<string> findings, string what, IAnsiConsole console)
    {
        if (findings.Count == 0)
        {
            return;
        }

        console.Say($"Found {what}: {findings.Count}");
        foreach (var finding in findings.Take(Shown))
        {
            console.Say($"  {finding}");
        }

        if (findings.Count > Shown)
        {
            console.Say($"  and {findings.Count - Shown} more.");
        }
    }
}
