using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Granary.Grains.Interfaces.Stock;
using ZiggyCreatures.Caching.Fusion;

namespace Granary.Api.Products.Cache;

/// <summary>Asks the one who knows for a product; null when there is none.</summary>
public delegate Task<Product?> LoadProduct(string sku);

/// <summary>
/// Products near their readers: copies in this process, and in Redis where it is configured. A copy is served while it is
/// young enough and no newer version has been heard of; everybody who wants the same product waits for the same load. The
/// levels are FusionCache's, whose timeouts and circuit breaker keep a Redis that is away from being noticed.
/// </summary>
/// <param name="copies">Both levels. It stores; what may still be served is decided here.</param>
/// <param name="load">Asks the stock item.</param>
/// <param name="known">The filter that stops SKUs nobody has defined.</param>
public sealed class ProductCache(
    IFusionCache copies, LoadProduct load, KnownSkus known, ProductCacheOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<ProductCopy>>> _loads = new(StringComparer.Ordinal);
    private readonly VersionFloors _floors = new(options.LongestLife, clock);
    private readonly FusionCacheEntryOptions _bothLevels = copies.CreateEntryOptions();
    private readonly FusionCacheEntryOptions _processOnly = copies.CreateEntryOptions(entry =>
        entry.SetSkipDistributedCacheRead(true).SetSkipDistributedCacheWrite(true, skipBackplaneNotifications: true));

    private volatile bool _hearsOfChanges;

    /// <summary>The product, or null when there is none.</summary>
    public async ValueTask<Product?> FindAsync(string sku, CancellationToken cancellationToken)
    {
        if (!known.MayContain(sku))
        {
            return null;
        }

        if (InProcess(sku) is { } near)
        {
            return near.Product;
        }

        var copy = await LoadOnceAsync(sku).WaitAsync(cancellationToken);
        if (copy.Version < _floors.Of(sku))
        {
            // It was loaded for somebody who came before the newest change. A load that begins now sees it.
            copy = await LoadOnceAsync(sku).WaitAsync(cancellationToken);
        }

        return copy.Product;
    }

    /// <summary>Takes in a product as its stock item has just described it.</summary>
    public async ValueTask LearnAsync(Product product)
    {
        Announce(product.Sku);
        Outdate(product.Sku, product.Version);
        await KeepAsync(product.Sku, product, _hearsOfChanges);
    }

    /// <summary>Says that there is a product with this SKU.</summary>
    public void Announce(string sku) => known.Add(sku);

    /// <summary>Has copies older than this version served no more.</summary>
    public void Outdate(string sku, long version) => _floors.Raise(sku, version);

    /// <summary>Says that every change from now on will be told to <see cref="Outdate"/>. Before that, nothing is kept.</summary>
    public void BeginKeeping() => _hearsOfChanges = true;

    private ProductCopy? InProcess(string sku) => Usable(sku, copies.TryGet<ProductCopy>(sku, _processOnly));

    private ProductCopy? Usable(string sku, MaybeValue<ProductCopy> found) =>
        found.HasValue && found.Value is { } copy && copy.ServedUntil > clock.GetUtcNow() && copy.Version >= _floors.Of(sku) ? copy : null;

    private Task<ProductCopy> LoadOnceAsync(string sku) => _loads.GetOrAdd(
        sku, static (sku, cache) => new Lazy<Task<ProductCopy>>(() => cache.LoadAsync(sku)), this).Value;

    private async Task<ProductCopy> LoadAsync(string sku)
    {
        try
        {
            // Asked before the load: a change that was made after it, but before changes are heard of, would stay unknown.
            var keep = _hearsOfChanges;
            return InProcess(sku) ?? await InRedisAsync(sku, keep) ?? await KeepAsync(sku, await load(sku), keep);
        }
        finally
        {
            // Not before the copy is kept: who comes later finds it.
            _loads.TryRemove(sku, out _);
        }
    }

    private async Task<ProductCopy?> InRedisAsync(string sku, bool keep)
    {
        // What others wrote before a change we have heard of is of no use, and a busy product changes all the time.
        var mayHelp = keep && copies.HasDistributedCache && _floors.Of(sku) == 0;
        return mayHelp ? Usable(sku, await copies.TryGetAsync<ProductCopy>(sku, _bothLevels)) : null;
    }

    private async Task<ProductCopy> KeepAsync(string sku, Product? product, bool keep)
    {
        // Spread, so that what was loaded together does not expire together.
        var spread = 1 + ProductCacheOptions.Jitter * (2 * Random.Shared.NextDouble() - 1);
        var life = (product is null ? options.NegativeDuration : options.Duration) * spread;
        var copy = new ProductCopy(product, clock.GetUtcNow() + life);
        if (keep && copy.Version >= _floors.Of(sku))
        {
            // Guesses at SKUs must not fill the Redis that all share.
            await copies.SetAsync(sku, copy, product is null ? _processOnly : _bothLevels);
        }

        return copy;
    }
}

/// <summary>What was known of a SKU when it was looked up.</summary>
/// <param name="Product">The product; null when there was none.</param>
/// <param name="ServedUntil">When it is too old to be served.</param>
public sealed record ProductCopy(Product? Product, DateTimeOffset ServedUntil)
{
    /// <summary>The product's version; 0 when there was none.</summary>
    [JsonIgnore]
    public long Version => Product?.Version ?? 0;
}
