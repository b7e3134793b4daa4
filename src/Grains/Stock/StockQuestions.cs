using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Stock;

namespace Granary.Grains.Stock;

/// <summary>What consumers of the journal ask stock items.</summary>
internal static class StockQuestions
{
    /// <summary>How many times a consumer asks an item that does not know its own events yet.</summary>
    private const int Askings = 50;

    private static readonly TimeSpan AskingPeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// An item's level, at least as new as one of its events: an event can be delivered before its item knows that it is durable.
    /// </summary>
    /// <exception cref="TimeoutException">The item does not know the event for a second.</exception>
    public static async Task<StockLevel> LevelAsync(this IGrainFactory grains, string sku, long version)
    {
        for (var asking = 1; asking <= Askings; asking++)
        {
            var reply = await grains.StockItem(sku).GetLevel();
            if (reply.Level is { } level && level.Version >= version)
            {
                return level;
            }

            await Task.Delay(AskingPeriod);
        }

        throw new TimeoutException($"Stock item {sku} does not know its own events up to version {version}.");
    }
}
