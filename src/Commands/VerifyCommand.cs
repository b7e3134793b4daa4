using System.CommandLine;
using System.Globalization;
using Granary.Commands.Grammar;
using Granary.Domain.Audit;
using Granary.Hosting;
using Granary.Hosting.Settings;
using Granary.Journal;
using Granary.Streams;
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

    /// <summary>How often several databases are read on before a finding counts.</summary>
    private const int Repetitions = 2;

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
            console, (stores, settings) => RunAsync(stores.Journal, settings.Streams().Partitions, parsed.GetValue(until), console, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(IJournal journal, int partitions, long? until, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var databases = journal.Databases;
        if (databases.Count > 1 && until is not null)
        {
            console.Say("The journal has several databases, and each has positions of its own: it is verified as a whole.");
            return ExitCodes.Usage;
        }

        var audit = new JournalAudit(databases.Count == 1 ? null : stream => $" (database {DatabaseOf(stream)})");
        var last = new long[databases.Count];
        await ReadShowingProgressAsync(databases, IsOwn, audit, last, until ?? long.MaxValue, console, cancellationToken);
        var report = audit.Judge();
        for (var again = 0; again < Repetitions && databases.Count > 1 && !report.IsSound; again++)
        {
            // The databases were read at moments a little apart. What is to be blamed on that is sound once what happened since is read, too.
            await ReadShowingProgressAsync(databases, IsOwn, audit, last, long.MaxValue, console, cancellationToken);
            var before = report.Violations.Select(SubjectOf).ToHashSet(StringComparer.Ordinal);
            report = audit.Judge();
            report = report with { Violations = [.. report.Violations.Where(violation => before.Contains(SubjectOf(violation)))] };
        }

        return Show(report, last, until ?? long.MaxValue, console);

        int DatabaseOf(string stream) => journal.DatabaseOf(StreamNames.PartitionOf(stream, partitions));

        // A database may have kept a copy of a partition that was moved away.
        bool IsOwn(int database, string stream) => databases.Count == 1 || DatabaseOf(stream) == database;
    }

    /// <summary>Progress is for a terminal: in a file it would only stand between the findings.</summary>
    private static Task ReadShowingProgressAsync(
        IReadOnlyList<IJournal> databases, Func<int, string, bool> isOwn, JournalAudit audit, long[] last, long until, IAnsiConsole console, CancellationToken cancellationToken) =>
        console.Profile.Capabilities.Interactive
            ? console.Progress().AutoClear(true).StartAsync(
                progress =>
                {
                    var task = progress.AddTask("Events");
                    return ReadAsync(databases, isOwn, audit, last, until, done => task.Value = done * task.MaxValue, cancellationToken);
                })
            : ReadAsync(databases, isOwn, audit, last, until, static _ => { }, cancellationToken);

    /// <summary>Reads each database of the journal into the audit, from the position of the last event that was read.</summary>
    private static async Task ReadAsync(
        IReadOnlyList<IJournal> databases, Func<int, string, bool> isOwn, JournalAudit audit, long[] last, long until, Action<double> progress, CancellationToken cancellationToken)
    {
        var ends = await Task.WhenAll(databases.Select(database => database.ReadEndAsync(cancellationToken)));
        for (var number = 0; number < ends.Length; number++)
        {
            var end = Math.Min(until, ends[number]);
            while (last[number] < end)
            {
                var page = await databases[number].ReadAllAsync(last[number], Page, cancellationToken);
                foreach (var record in page.TakeWhile(record => record.Position <= end))
                {
                    if (isOwn(number, record.Stream))
                    {
                        audit.Add(record);
                    }

                    last[number] = record.Position;
                }

                progress((number + ((double)last[number] / end)) / ends.Length);
                if (page.Count == 0 || page[^1].Position >= end)
                {
                    break;
                }
            }
        }

        progress(1);
    }

    private static int Show(AuditReport report, long[] last, long until, IAnsiConsole console)
    {
        if (report.Events == 0)
        {
            console.Say(until == long.MaxValue
                ? "The journal is empty: there is nothing to verify."
                : $"There is no event up to position {until}: there is nothing to verify.");
            return ExitCodes.BadData;
        }

        console.Say($"{report.Events} events to position {TextOf(last)}: {report.Orders} orders, {report.Products} products, {report.Users} users.");
        if (until != long.MaxValue && last[0] < until)
        {
            console.Say($"There is no event at position {until}; this is the last one before it.");
        }

        List(report.Violations, "that must never be", console);
        List(report.Lagging, "not yet in step with their orders, which stock items and wallets correct by themselves", console);
        console.Say(report.IsSound ? "The journal is sound." : "The journal is NOT sound.");
        return report.IsSound ? 0 : Unsound;
    }

    /// <summary>What a finding is about.</summary>
    private static string SubjectOf(string finding) => finding.Split(": ", 2)[0];

    private static string TextOf(long[] last) => last is [var only]
        ? only.ToString(CultureInfo.InvariantCulture)
        : string.Join(", ", last.Select((position, number) => string.Create(CultureInfo.InvariantCulture, $"{position} of database {number}")));

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
