using Granary.Stock;
using Granary.Streams;

namespace Granary.Products;

/// <summary>
/// Keeps the product cache true on this node: every node follows the journal, so whatever node a product was changed on, all
/// hear of it as soon as it is durable, with Redis or without.
/// </summary>
public sealed partial class CatalogueFollower(
    JournalFeed feed, ProductCache cache, KnownSkus known, IGrainFactory grains, TimeProvider clock, ILogger<CatalogueFollower> logger)
    : BackgroundService, IJournalObserver
{
    /// <summary>SKUs read from the catalogue at once.</summary>
    private const int PageLength = 1_000;

    private static readonly TimeSpan FaultDelay = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public void OnEvents(JournalPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        foreach (var record in page.Events)
        {
            if (StreamNames.NamespaceOf(record.Stream) != StreamNames.Stock || StreamNames.IsAlert(record.Stream))
            {
                continue;
            }

            var sku = StreamNames.SkuOf(record.Stream);
            if (record.Version == 1)
            {
                cache.Announce(sku);
            }

            cache.Outdate(sku, record.Version);
        }
    }

    /// <inheritdoc/>
    public void Nudge()
    {
        // For consumers with a checkpoint; this one has none.
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // First hear of what is new, then read what there is: a product that appears meanwhile is in one or the other.
        await feed.AttachAsync(this, _ => cache.BeginKeeping(), stoppingToken);
        try
        {
            await ReadCatalogueAsync(stoppingToken);
        }
        finally
        {
            if (stoppingToken.IsCancellationRequested)
            {
                feed.Detach(this);
            }
        }
    }

    private async Task ReadCatalogueAsync(CancellationToken stoppingToken)
    {
        string? after = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var page = await grains.GetGrain<ICatalogueGrain>(0).Search(null, PageLength, after);
                foreach (var sku in page)
                {
                    cache.Announce(sku);
                }

                if (page.Count < PageLength)
                {
                    known.Complete();
                    return;
                }

                after = page[^1];
            }
            catch (Exception fault) when (fault is CatalogueUnavailableException or OrleansException or TimeoutException)
            {
                // Unknown SKUs reach their grains until it succeeds.
                ReadFailed(fault);
                await Task.Delay(FaultDelay, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The catalogue cannot be read for the filter of known SKUs; trying again.")]
    private partial void ReadFailed(Exception fault);
}
