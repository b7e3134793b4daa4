using Granary.Domain.Events;
using Granary.Grains.Claims;
using Granary.Streams;

namespace Granary.Grains.Orders;

/// <summary>
/// Passes the journal's events of orders to the stock items and users of this silo that keep claims of these orders.
/// </summary>
public sealed class PlacementNews(JournalFeed feed, RecentPlacements placements) : BackgroundService, IJournalObserver
{
    /// <inheritdoc/>
    public void OnEvents(JournalPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        foreach (var record in page.Events)
        {
            if (JournalStream.KindOf(record.Stream) == StreamKind.Order)
            {
                placements.Hear(record);
            }
        }
    }

    /// <inheritdoc/>
    public void Nudge()
    {
        // Nudges are for consumers with a checkpoint; this one has none.
    }

    /// <inheritdoc/>
    public void Restart(long position) => placements.Forget();

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => feed.AttachAsync(this, static _ => { }, stoppingToken);
}
