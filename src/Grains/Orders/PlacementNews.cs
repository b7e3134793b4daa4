using Granary.Grains.Claims;
using Granary.Streams;

namespace Granary.Grains.Orders;

/// <summary>Tells the stock items and users of this silo what the journal says of the orders that claim something of them.</summary>
public sealed class PlacementNews(JournalFeed feed, RecentPlacements placements) : BackgroundService, IJournalObserver
{
    /// <inheritdoc/>
    public void OnEvents(JournalPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        foreach (var record in page.Events)
        {
            if (StreamNames.NamespaceOf(record.Stream) == StreamNames.Orders)
            {
                placements.Hear(record);
            }
        }
    }

    /// <inheritdoc/>
    public void Nudge()
    {
        // For consumers with a checkpoint; this one has none.
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => feed.AttachAsync(this, static _ => { }, stoppingToken);
}
