using System.Collections.Concurrent;
using Granary.Api.Products.Cache;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Stock;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Time.Testing;
using ZiggyCreatures.Caching.Fusion;

namespace Granary.Http.Tests.Cache;

/// <summary>The stock items of all nodes: their products, and how often they were loaded.</summary>
public sealed class StockItems
{
    private readonly ConcurrentDictionary<string, Product> _products = new();
    private int _loads;

    /// <summary>How many loads have reached a stock item.</summary>
    public int Loads => Volatile.Read(ref _loads);

    /// <summary>If set, loads wait for it before they return.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Defines or changes a product; its version grows.</summary>
    public Product Define(string sku, long price) => _products.AddOrUpdate(
        sku,
        _ => new Product(sku, sku, null, price, StockStatus.Active, 10, 1),
        (_, product) => product with { Price = price, Version = product.Version + 1 });

    /// <summary>Answers one load with the state at its arrival; the answer is delayed until the gate opens.</summary>
    public async Task<Product?> Load(string sku)
    {
        Interlocked.Increment(ref _loads);
        var product = _products.GetValueOrDefault(sku);
        await Gate;
        return product;
    }
}

/// <summary>One front end's product cache over a clock that the test controls.</summary>
public sealed class Node : ICurrent<ProductCacheOptions>, IDisposable
{
    private readonly IFusionCache _levels;
    private readonly RedisCache? _redis;

    public Node(StockItems items, FakeTimeProvider clock, string? redis = null, bool hearsOfChanges = true)
    {
        // The levels themselves use the real clock: a life of an hour keeps it from affecting the test. On a busy machine Redis
        // may be slow, which must not look like a missing entry.
        Value = new ProductCacheOptions { Duration = Life, NegativeDuration = NegativeLife, RedisTimeout = TimeSpan.FromSeconds(30) };
        if (redis is not null)
        {
            _redis = ProductCacheSetup.Redis(ProductCacheOptions.ParseRedis(redis));
        }

        _levels = ProductCacheSetup.Levels(Value, _redis, null);
        Cache = new ProductCache(_levels, items.Load, Known, this, clock);
        if (hearsOfChanges)
        {
            Cache.BeginKeeping();
        }
    }

    /// <summary>How long copies live in these tests, before jitter.</summary>
    public static TimeSpan Life { get; } = TimeSpan.FromHours(1);

    /// <summary>How long the information that a product does not exist lives, before jitter.</summary>
    public static TimeSpan NegativeLife { get; } = TimeSpan.FromMinutes(1);

    /// <summary>The options that hold now.</summary>
    public ProductCacheOptions Value { get; set; }

    public ProductCache Cache { get; }

    public KnownSkus Known { get; } = new(expected: 20_000);

    /// <summary>The price of a product, or null when there is none.</summary>
    public async Task<long?> Price(string sku) => (await Cache.FindAsync(sku, TestContext.Current.CancellationToken))?.Price;

    public void Dispose()
    {
        _levels.Dispose();
        _redis?.Dispose();
    }
}
