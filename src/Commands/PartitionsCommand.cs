using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Hosting;
using Granary.Hosting.Stores;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Npgsql;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>
/// The command <c>partitions</c>: which database of the journal has which partition, and moving one to another database while the product
/// runs.
/// </summary>
internal static class PartitionsCommand
{
    private const string Name = "partitions";
    private const int NotMoved = 1;

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console) => new(Name, "The partitions of a journal over several databases")
    {
        List(console),
        Move(console),
        Clean(console),
    };

    private static GranaryCommand List(IAnsiConsole console)
    {
        var command = GranaryCommand.Of("list", "Lists the partitions with the numbers of their databases, and which of these are away", $"{Name} list");
        command.SetAction(parsed => UseMapAsync(
            parsed,
            console,
            (stores, partitions) =>
            {
                foreach (var (partition, database) in partitions.Map!.Databases.Index())
                {
                    console.Say($"partition {partition}: database {database}");
                }

                console.SayAway(stores);
                if (stores.Away.Any(away => away.Database == 0))
                {
                    console.Say("A move is recorded in database 0 first: this is a copy of the map, which may lack the last move.");
                }

                return Task.FromResult(0);
            },
            mayBeAway: true));
        return command;
    }

    private static GranaryCommand Move(IAnsiConsole console)
    {
        var number = new Argument<int>("PARTITION") { Description = "The number of the partition" };
        var to = new Option<int>("--to") { Description = "The number of the database", HelpName = "DATABASE", Required = true };
        var command = GranaryCommand.Of(
            "move",
            "Moves a partition to another database while the product runs: its appends wait for at most 2 seconds. Exits with 1 where it has not moved",
            $"{Name} move 5 {to.Name} 2");
        command.Add(number);
        command.Add(to);
        command.SetAction((parsed, cancellation) => UseMapAsync(parsed, console, async (stores, partitions) =>
        {
            var databases = stores.Get<JournalDatabases>();
            var (partition, target) = (parsed.GetValue(number), parsed.GetValue(to));
            if (partition < 0 || partition >= partitions.Count || target < 0 || target >= databases.All.Count)
            {
                console.Say($"There are the partitions 0 to {partitions.Count - 1} and the databases 0 to {databases.All.Count - 1}.");
                return ExitCodes.Usage;
            }

            try
            {
                return await new PartitionMove(databases, partitions, console.Say).RunAsync(partition, target, cancellation) ? 0 : NotMoved;
            }
            catch (Exception fault) when (fault is InvalidOperationException or InvalidDataException or PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
            {
                console.Say(fault.Message);
                return NotMoved;
            }
        }));
        return command;
    }

    private static GranaryCommand Clean(IAnsiConsole console)
    {
        var command = GranaryCommand.Of(
            "clean",
            "Deletes the copies that databases have kept of partitions that were moved away; not before every process has run for a minute since the move",
            $"{Name} clean");
        command.SetAction((parsed, cancellation) => UseMapAsync(parsed, console, async (stores, partitions) =>
        {
            var databases = stores.Get<JournalDatabases>();
            try
            {
                foreach (var database in databases.All)
                {
                    var deleted = await new PartitionCleaning(databases, partitions).RunAsync(database, cancellation);
                    console.Say($"database {database.Number}: {deleted} events deleted that another database has");
                }
            }
            catch (InvalidOperationException refused)
            {
                console.Say(refused.Message);
                return NotMoved;
            }

            return 0;
        }));
        return command;
    }

    private static Task<int> UseMapAsync(
        ParseResult parsed, IAnsiConsole console, Func<StoreReader, JournalPartitions, Task<int>> work, bool mayBeAway = false) => parsed.UseStoresAsync(
        console,
        (stores, _) =>
        {
            if (stores.Journal.Databases.Count == 1)
            {
                console.Say("The journal has one database, which has every partition.");
                return Task.FromResult(ExitCodes.Configuration);
            }

            var partitions = stores.Get<JournalPartitions>();
            if (partitions.Map is null)
            {
                console.SayAway(stores);
                if (stores.Away.Count == 0)
                {
                    console.Say("No silo has divided the journal yet.");
                }
                else if (stores.Away.Count < stores.Journal.Databases.Count)
                {
                    console.Say("None of the databases that can be reached has a map of the partitions.");
                }

                return Task.FromResult(ExitCodes.Unavailable);
            }

            return work(stores, partitions);
        },
        mayBeAway);
}
