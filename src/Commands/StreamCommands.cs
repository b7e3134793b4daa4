using Granary.Grains.Interfaces;
using Granary.Hosting.Clustering;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Granary.Journal;
using Granary.Streams;
using Microsoft.Extensions.Options;

namespace Granary.Commands;

/// <summary>The commands <c>dead-letters</c> and <c>rewind</c>, for the consumers of a product that is running.</summary>
public static class StreamCommands
{
    /// <summary>Whether this is one of them.</summary>
    public static bool IsOne(string name) => name is DeadLetterCommand.Name or RewindCommand.Name;

    /// <summary>Runs one of them.</summary>
    /// <param name="arguments">Its name and what follows, settings of the product among them.</param>
    /// <param name="output">Where the outcome is told.</param>
    /// <returns>The exit code: 0 when all was done.</returns>
    /// <exception cref="InvalidConfigurationException">The configuration cannot be run with.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output)
    {
        var (name, rest) = (arguments[0], arguments.Skip(1).ToList());
        var action = name == DeadLetterCommand.Name && rest.Count > 0 ? rest[0] : null;
        var parsed = CommandArguments.Parse(action is null ? rest : rest[1..], ["--consumer", "--id", "--to"], ["--all"]);
        var configuration = CommandLine.Settings(parsed.Settings);
        await using var stores = StoreReader.Open(configuration);
        await stores.MigrateViewsAsync(CancellationToken.None);
        RunningCluster? cluster = null;
        try
        {
            var store = stores.Get<IStreamStore>();
            return name == DeadLetterCommand.Name
                ? await new DeadLetterCommand(store, output).RunAsync(action, parsed, ConnectAsync)
                : await new RewindCommand(
                    store, stores.Get<IJournal>(), stores.Get<IOptions<StreamSettings>>(), output)
                    .RunAsync(parsed, ConnectAsync);
        }
        catch (Exception fault) when (fault is ClusterNotRunningException or OrleansException or TimeoutException or JournalException)
        {
            await output.WriteLineAsync(fault.Message);
            return 1;
        }
        finally
        {
            if (cluster is not null)
            {
                await cluster.DisposeAsync();
            }
        }

        async Task<IGrainFactory> ConnectAsync()
        {
            cluster ??= await RunningCluster.ConnectAsync(configuration, CancellationToken.None);
            return cluster.Grains;
        }
    }
}

/// <summary>Consumers of the streams, which have one grain a partition.</summary>
internal static class Consumers
{
    /// <summary>One partition of a consumer. Its grain type is the consumer's name.</summary>
    public static IJournalConsumer Partition(IGrainFactory grains, string consumer, int partition) => grains.GetGrain<IJournalConsumer>(
        GrainId.Create(consumer, StreamNames.StreamOf(StreamNames.Orders, partition).GetKeyAsString()));
}
