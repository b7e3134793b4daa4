using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Stock;
using ZiggyCreatures.Caching.Fusion;

namespace Granary.Api.Products.Cache;

/// <summary>Loads a product from its authoritative source; null if there is none.</summary>
public delegate Task<Product?> LoadProduct(string sku);

/// <summary>
/// Caches products: copies in this process, and in Redis if configured. A copy is served while it is young enough and no newer
/// version is known; all requests for the same product share one load. The levels are FusionCache's, whose timeouts and circuit
/// breaker hide an unavailable Redis from callers.
/// </summary>
/// <param name="copies">Both levels. FusionCache only stores; this class decides what may still be served.</param>
/// <param name="load">Asks the stock item.</param>
/// <param name="known">The filter that rejects SKUs that were never defined.</param>
public sealed class ProductCache(
    IFusionCache copies, LoadProduct load, KnownSkus known, ICurrent<ProductCacheOptions> options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<ProductCopy>>> _loads = new(StringComparer.Ordinal);
    private readonly VersionFloors _floors = new(options.Value.LongestLife, clock);
    private Storing _storing = new(options.Value);

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
            // The shared load began before the newest change. A load that begins now sees the change.
            copy = await LoadOnceAsync(sku).WaitAsync(cancellationToken);
        }

        return copy.Product;
    }

    /// <summary>Caches a product as its stock item has just reported it.</summary>
    public async ValueTask LearnAsync(Product product)
    {
        Announce(product.Sku);
        Outdate(product.Sku, product.Version);
        await KeepAsync(product.Sku, product, _hearsOfChanges);
    }

    /// <summary>Records that a product with this SKU exists.</summary>
    public void Announce(string sku) => known.Add(sku);

    /// <summary>Stops serving copies older than this version.</summary>
    public void Outdate(string sku, long version) => _floors.Raise(sku, version);

    /// <summary>
    /// Declares that every change from now on is passed to <see cref="Outdate"/>. Before that, nothing is cached.
    /// </summary>
    public void BeginKeeping() => _hearsOfChanges = true;

    /// <summary>How copies are stored with the times that hold now.</summary>
    private Storing Current()
    {
        var (now, storing) = (options.Value, Volatile.Read(ref _storing));
        if (!ReferenceEquals(storing.Options, now))
        {
            // A copy that was stored for longer than it may live now is still there.
            _floors.Cover(now.LongestLife);
            Volatile.Write(ref _storing, storing = new Storing(now));
        }

        return storing;
    }

    private ProductCopy? InProcess(string sku) => Usable(sku, copies.TryGet<ProductCopy>(sku, Current().ProcessOnly));

    private ProductCopy? Usable(string sku, MaybeValue<ProductCopy> found) =>
        found.HasValue && found.Value is { } copy && IsServed(copy.ServedUntil - clock.GetUtcNow()) && copy.Version >= _floors.Of(sku) ? copy : null;

    /// <summary>Whether a copy with this much time left is served. Only one that was cached before the clock was set back has more.</summary>
    private bool IsServed(TimeSpan left) => left > TimeSpan.Zero && left <= options.Value.LongestLife;

    private Task<ProductCopy> LoadOnceAsync(string sku) => _loads.GetOrAdd(
        sku, static (sku, cache) => new Lazy<Task<ProductCopy>>(() => cache.LoadAsync(sku)), this).Value;

    private async Task<ProductCopy> LoadAsync(string sku)
    {
        try
        {
            // Read before the load: a change after the load, but before this process follows changes, would stay unknown.
            var keep = _hearsOfChanges;
            return InProcess(sku) ?? await InRedisAsync(sku, keep) ?? await KeepAsync(sku, await load(sku), keep);
        }
        finally
        {
            // Removed only after the copy is cached, so that later callers find the copy.
            _loads.TryRemove(sku, out _);
        }
    }

    private async Task<ProductCopy?> InRedisAsync(string sku, bool keep)
    {
        // Copies of other processes from before a known change are useless, and a busy product changes all the time.
        var mayHelp = keep && copies.HasDistributedCache && _floors.Of(sku) == 0;
        return mayHelp ? Usable(sku, await copies.TryGetAsync<ProductCopy>(sku, Current().BothLevels)) : null;
    }

    private async Task<ProductCopy> KeepAsync(string sku, Product? product, bool keep)
    {
        // Random spread, so that copies loaded together do not expire together.
        var spread = 1 + ProductCacheOptions.Jitter * (2 * Random.Shared.NextDouble() - 1);
        var storing = Current();
        var life = (product is null ? storing.Options.NegativeDuration : storing.Options.Duration) * spread;
        var copy = new ProductCopy(product, clock.GetUtcNow() + life);
        if (keep && copy.Version >= _floors.Of(sku))
        {
            // Requests for guessed SKUs must not fill the shared Redis.
            await copies.SetAsync(sku, copy, product is null ? storing.ProcessOnly : storing.BothLevels);
        }

        return copy;
    }

    private sealed class Storing(ProductCacheOptions options)
    {
        public ProductCacheOptions Options { get; } = options;

        public FusionCacheEntryOptions BothLevels { get; } = ProductCacheSetup.Entry(options);

        public FusionCacheEntryOptions ProcessOnly { get; } = ProductCacheSetup.Entry(options)
            .SetSkipDistributedCacheRead(true).SetSkipDistributedCacheWrite(true, skipBackplaneNotifications: true);
    }
}

/// <summary>The result of a look-up of a SKU.</summary>
/// <param name="Product">The product; null if there was none.</param>
/// <param name="ServedUntil">From then on the copy is too old to be served.</param>
public sealed record ProductCopy(Product? Product, DateTimeOffset ServedUntil)
{
    /// <summary>The product's version; 0 if there was none.</summary>
    [JsonIgnore]
    public long Version => Product?.Version ?? 0;
}
