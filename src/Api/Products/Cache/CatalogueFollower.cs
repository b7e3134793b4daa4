using Granary.Grains.Interfaces.Stock;

namespace Granary.Api.Products.Cache;

/// <summary>
/// Keeps the product cache true on this node: every node follows the journal, so whatever node a product was changed on, all
/// hear of it as soon as it is durable, with Redis or without.
/// </summary>
public sealed partial class CatalogueFollower(
    IProductNews news, ProductCache cache, KnownSkus known, IGrainFactory grains, TimeProvider clock, ILogger<CatalogueFollower> logger)
    : BackgroundService
{
    /// <summary>SKUs read from the catalogue at once.</summary>
    private const int PageLength = 1_000;

    private static readonly TimeSpan FaultDelay = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // First hear of what is new, then read what there is: a product that appears meanwhile is in one or the other.
        using var subscription = await news.ListenAsync(cache.BeginKeeping, Hear, stoppingToken);
        await ReadCatalogueAsync(stoppingToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Hear(ProductChange change)
    {
        if (change.Version == 1)
        {
            cache.Announce(change.Sku);
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
                // Unknown SKUs reach their grains until it succeeds.
                ReadFailed(fault);
                await Task.Delay(FaultDelay, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The catalogue cannot be read for the filter of known SKUs; trying again.")]
    private partial void ReadFailed(Exception fault);
}
