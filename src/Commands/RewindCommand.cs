using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Hosting;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Granary.Streams;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>The command <c>rewind</c>: has a consumer of the running product process again all that follows a position.</summary>
internal static class RewindCommand
{
    /// <summary>The command's name, the first argument.</summary>
    public const string Name = "rewind";

    private const string DatabaseOption = "--database";

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console)
    {
        var consumer = CommandOptions.Consumer("The consumer to set back");
        consumer.Required = true;
        var position = CommandOptions.Position("--to", "The position after which the consumer goes on", "POSITION");
        position.Required = true;
        var database = new Option<int?>(DatabaseOption) { Description = "The database of the journal that has the position, where there are several", HelpName = "N" };
        var command = GranaryCommand.Of(
            Name,
            "Sets a consumer of the running product back to a position. Exits with 1 where there is no such consumer or position",
            $"{Name} {consumer.Name} order-index {position.Name} 0");
        command.Add(consumer);
        command.Add(position);
        command.Add(database);
        command.SetAction(parsed => parsed.UseStoresAsync(console, async (stores, settings) =>
        {
            await stores.MigrateViewsAsync(CancellationToken.None);
            await using var product = new ProductConnection(settings);
            return await RunAsync(parsed.GetRequiredValue(consumer), parsed.GetRequiredValue(position) ?? 0, parsed.GetValue(database), stores, settings.Streams(), product, console);
        }));
        return command;
    }

    private static async Task<int> RunAsync(
        string consumer, long position, int? database, StoreReader stores, StreamSettings streams, ProductConnection product, IAnsiConsole console)
    {
        if (!await Consumers.IsKnownAsync(stores, consumer, console))
        {
            return 1;
        }

        var journal = stores.Journal;
        if (database is null && position > 0 && journal.Databases.Count > 1)
        {
            console.Say($"The journal has several databases, and each has positions of its own: say which with {DatabaseOption}, or rewind to 0.");
            return ExitCodes.Usage;
        }

        if (database >= journal.Databases.Count)
        {
            console.Say($"The journal has no database {database}.");
            return 1;
        }

        var end = position == 0 ? 0 : await journal.Databases[database ?? 0].ReadEndAsync();
        if (position > end)
        {
            console.Say($"The journal ends at position {end}.");
            return 1;
        }

        var chosen = Enumerable.Range(0, streams.Partitions).Where(partition => database is null || journal.DatabaseOf(partition) == database).ToList();
        var rewound = await RewindAsync(await product.GrainsAsync(), consumer, position, chosen);
        console.Say(
            $"{consumer}: {rewound} of {chosen.Count} partitions rewound to position {position}; the others were not beyond it. "
            + $"They go on with the next event, or within {streams.NudgePeriod.TotalSeconds:0} seconds.");
        return 0;
    }

    private static async Task<int> RewindAsync(IGrainFactory grains, string consumer, long position, List<int> partitions)
    {
        var rewound = 0;
        foreach (var number in partitions)
        {
            // A partition that is not so far yet would skip what lies between.
            var partition = grains.JournalConsumer(consumer, number);
            if (await partition.GetPositionAsync() > position)
            {
                await partition.RewindAsync(position);
                rewound++;
            }
        }

        return rewound;
    }
}
