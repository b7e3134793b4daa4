using System.Globalization;
using Granary.Journal;
using Granary.Streams;
using Microsoft.Extensions.Options;

namespace Granary.Commands;

/// <summary>The command <c>rewind</c>: has a consumer of the running product deal again with all that follows a position.</summary>
internal sealed class RewindCommand(IStreamStore store, IJournal journal, IOptions<StreamSettings> settings, TextWriter output)
{
    /// <summary>The command's name, the first argument.</summary>
    public const string Name = "rewind";

    /// <summary>Runs it.</summary>
    /// <param name="connect">Connects to the running product.</param>
    /// <returns>The exit code: 1 when there is no such consumer or position, 2 when the arguments are no command.</returns>
    public async Task<int> RunAsync(CommandArguments arguments, Func<Task<IGrainFactory>> connect)
    {
        if (arguments.Unknown is not null
            || arguments["--consumer"] is not { } consumer
            || !long.TryParse(arguments["--to"], NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            await output.WriteLineAsync($"Usage: {Name} --consumer NAME --to POSITION");
            return 2;
        }

        var known = (await store.ReadCheckpointsAsync(CancellationToken.None)).Select(checkpoint => checkpoint.Consumer).Distinct().ToList();
        if (!known.Contains(consumer))
        {
            await output.WriteLineAsync($"No consumer {consumer} has a checkpoint. These have: {string.Join(", ", known)}.");
            return 1;
        }

        var end = await journal.ReadEndAsync();
        if (position > end)
        {
            await output.WriteLineAsync($"The journal ends at position {end}.");
            return 1;
        }

        var rewound = await RewindAsync(await connect(), consumer, position);
        await output.WriteLineAsync(
            $"{consumer}: {rewound} of {settings.Value.Partitions} partitions rewound to position {position}; the others were not beyond it. "
            + $"They go on with the next event, or within {settings.Value.NudgePeriod.TotalSeconds:0} seconds.");
        return 0;
    }

    private async Task<int> RewindAsync(IGrainFactory grains, string consumer, long position)
    {
        var rewound = 0;
        for (var number = 0; number < settings.Value.Partitions; number++)
        {
            // A partition that is not so far yet would skip what lies between.
            var partition = Consumers.Partition(grains, consumer, number);
            if (await partition.GetPositionAsync() > position)
            {
                await partition.RewindAsync(position);
                rewound++;
            }
        }

        return rewound;
    }
}
