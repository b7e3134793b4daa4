using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Granary.Journal;
using Granary.Streams;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>The command <c>rewind</c>: has a consumer of the running product process again all that follows a position.</summary>
internal static class RewindCommand
{
    /// <summary>The command's name, the first argument.</summary>
    public const string Name = "rewind";

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console)
    {
        var consumer = CommandOptions.Consumer("The consumer to set back");
        consumer.Required = true;
        var position = CommandOptions.Position("--to", "The position after which the consumer goes on", "POSITION");
        position.Required = true;
        var command = GranaryCommand.Of(
            Name,
            "Sets a consumer of the running product back to a position. Exits with 1 where there is no such consumer or position",
            $"{Name} {consumer.Name} order-index {position.Name} 0");
        command.Add(consumer);
        command.Add(position);
        command.SetAction(parsed => parsed.UseStoresAsync(console, async (stores, settings) =>
        {
            await stores.MigrateViewsAsync(CancellationToken.None);
            await using var product = new ProductConnection(settings);
            return await RunAsync(parsed.GetRequiredValue(consumer), parsed.GetRequiredValue(position) ?? 0, stores, settings.Streams(), product, console);
        }));
        return command;
    }

    private static async Task<int> RunAsync(
        string consumer, long position, StoreReader stores, StreamSettings streams, ProductConnection product, IAnsiConsole console)
    {
        if (!await Consumers.IsKnownAsync(stores, consumer, console))
        {
            return 1;
        }

        var end = await stores.Get<IJournal>().ReadEndAsync();
        if (position > end)
        {
            console.Say($"The journal ends at position {end}.");
            return 1;
        }

        var rewound = await RewindAsync(await product.GrainsAsync(), consumer, position, streams.Partitions);
        console.Say(
            $"{consumer}: {rewound} of {streams.Partitions} partitions rewound to position {position}; the others were not beyond it. "
            + $"They go on with the next event, or within {streams.NudgePeriod.TotalSeconds:0} seconds.");
        return 0;
    }

    private static async Task<int> RewindAsync(IGrainFactory grains, string consumer, long position, int partitions)
    {
        var rewound = 0;
        for (var number = 0; number < partitions; number++)
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
