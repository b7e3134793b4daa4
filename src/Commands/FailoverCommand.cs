using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Hosting;
using Granary.Hosting.Settings;
using Granary.Journal.PostgreSql;
using Npgsql;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>
/// The command <c>failover</c>: makes a standby of the connection string the primary, in the safe order of steps, or says why that would
/// not be safe.
/// </summary>
internal static class FailoverCommand
{
    private const string Name = "failover";
    private const int Refused = 1;

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console)
    {
        var to = new Option<string>("--to") { Description = "The standby to promote, as HOST:PORT; by default the one that has most", HelpName = "HOST" };
        var acceptLoss = new Option<bool>("--accept-loss")
        {
            Description = "Promotes it where the primary is away and nobody can tell whether the standby has everything",
        };
        var command = GranaryCommand.Of(
            Name,
            "Makes a standby of the database the primary; a primary that can be reached is made read-only first. Exits with 1 where that would not be safe",
            Name,
            $"{Name} {acceptLoss.Name}",
            $"{Name} {to.Name} db2:5432");
        var number = new Option<int>("--database") { Description = "The database of the journal, where there are several", HelpName = "N" };
        command.Add(to);
        command.Add(acceptLoss);
        command.Add(number);
        command.SetAction((parsed, cancellation) => RunAsync(
            PlatformSettings.From(CommandSettings.Of(parsed)), parsed.GetValue(number), parsed.GetValue(to), parsed.GetValue(acceptLoss), console, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(PlatformSettings settings, int number, string? to, bool acceptLoss, IAnsiConsole console, CancellationToken cancellation)
    {
        if (settings.Storage != StorageKind.PostgreSql)
        {
            console.Say("Granary:Storage is Sqlite, which has no standby.");
            return ExitCodes.Configuration;
        }

        if (number < 0 || number >= settings.Databases.Count)
        {
            console.Say($"The journal has no database {number}.");
            return ExitCodes.Usage;
        }

        await using var servers = new PostgreSqlServers(settings.Databases[number]);
        var states = await servers.LookAsync(cancellation);
        foreach (var state in states)
        {
            console.Say($"{state.Host}: {Describe(state)}");
        }

        var (plan, refusal) = FailoverPlan.Of(states, to, acceptLoss, DateTimeOffset.UtcNow);
        if (plan is null)
        {
            console.Say($"Nothing was done. {refusal}");
            return states.Any(state => state.IsReachable) ? Refused : ExitCodes.Unavailable;
        }

        try
        {
            await new Failover(servers, console.Say).RunAsync(plan, cancellation);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            console.Say(fault.Message);
            return ExitCodes.Unavailable;
        }

        console.Say(plan.Primary is { } old
            ? $"The old primary {old.Host} is read-only. Stop it, and make it a standby of {plan.Standby.Host}; docs/standby.md says how."
            : $"Do not start the old primary as it is: make it a standby of {plan.Standby.Host}; docs/standby.md says how. Silos refuse it meanwhile.");
        return 0;
    }

    private static string Describe(ServerState state) => state switch
    {
        { IsReachable: false } => $"cannot be reached ({state.Fault})",
        { IsStandby: true } => $"standby on timeline {state.History.Timeline}, has received the log up to {FailoverPlan.Lsn(state.Written)} and applied it up to {FailoverPlan.Lsn(state.Replayed)}",
        _ => $"primary on timeline {state.History.Timeline}, at {FailoverPlan.Lsn(state.Written)}, {state.Standbys.Count} standbys connected{(state.IsReadOnly ? ", read-only" : "")}",
    };
}
