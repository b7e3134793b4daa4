using Granary.Grains.Interfaces.Stock;

namespace Granary.Api.Products.Cache;

/// <summary>
/// Keeps the product cache of this node current: every node follows the journal, so all nodes learn of a product change as soon
/// as it is durable, whichever node made it, with or without Redis.
/// </summary>
public sealed partial class CatalogueFollower(
    IProductNews news, ProductCache cache, KnownSkus known, CatalogueSearch search, IGrainFactory grains, TimeProvider clock, ILogger<CatalogueFollower> logger)
    : BackgroundService
{
    /// <summary>Number of SKUs per read of the catalogue.</summary>
    private const int PageLength = 1_000;

    private static readonly TimeSpan FaultDelay = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Subscribe to changes first, then read the catalogue: a product that appears in between is in one or the other.
        using var subscription = await news.ListenAsync(cache.BeginKeeping, Hear, stoppingToken);
        await ReadCatalogueAsync(stoppingToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Hear(ProductChange change)
    {
        if (change.Version == 1)
        {
            cache.Announce(change.Sku);
            search.Forget();
        }

        cache.Outdate(change.Sku, change.Version);
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
                // Until a read succeeds, requests for unknown SKUs reach their grains.
                ReadFailed(fault);
                await Task.Delay(FaultDelay, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The catalogue cannot be read for the filter of known SKUs; the read will be retried.")]
    private partial void ReadFailed(Exception fault);
}
