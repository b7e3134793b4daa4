using Granary.Hosting.Stores;
using Granary.Streams;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>Consumers of the streams, which have one grain a partition.</summary>
internal static class Consumers
{
    /// <summary>Whether any consumer of this name has kept its place; says so if none has.</summary>
    /// <param name="consumer">Its name; null names all.</param>
    public static async Task<bool> IsKnownAsync(StoreReader stores, string? consumer, IAnsiConsole console)
    {
        var checkpoints = await stores.Get<IStreamStore>().ReadCheckpointsAsync(CancellationToken.None);
        var known = checkpoints.Select(checkpoint => checkpoint.Consumer).Distinct().ToList();
        if (consumer is null || known.Contains(consumer))
        {
            return true;
        }

        console.Say($"No consumer {consumer} has a checkpoint. These have: {string.Join(", ", known)}.");
        return false;
    }
}
