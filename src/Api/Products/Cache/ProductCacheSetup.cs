using System.Text.Json;
using Granary.Grains.Interfaces;
using Granary.Hosting.Settings;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Serialization.SystemTextJson;

namespace Granary.Api.Products.Cache;

/// <summary>Composes the product cache.</summary>
public static class ProductCacheSetup
{
    /// <summary>Adds the cache and the service that keeps it current. The silo must be registered already.</summary>
    /// <exception cref="InvalidConfigurationException">A setting is invalid.</exception>
    public static void AddProductCache(this WebApplicationBuilder builder)
    {
        var options = ProductCacheOptions.From(builder.Settings());
        var services = builder.Services;
        services.AddSingleton(new KnownSkus(options.ExpectedSkus));
        if (options.Redis is { } server)
        {
            services.AddSingleton(_ => Redis(server));
        }

        services.AddSingleton<IFusionCache>(provider => Levels(
            options, provider.GetService<RedisCache>(), provider.GetRequiredService<ILogger<FusionCache>>()));
        services.AddSingleton<LoadProduct>(provider =>
        {
            var grains = provider.GetRequiredService<IGrainFactory>();
            return async sku => (await grains.StockItem(sku).GetProduct()).Product;
        });
        builder.AddLive(ProductCacheOptions.From);
        services.AddSingleton<ProductCache>();
        services.AddSingleton<CatalogueSearch>();
        services.AddHostedService<CatalogueFollower>();
    }

    /// <summary>The levels of the cache: a bounded memory of this process and, if configured, Redis.</summary>
    /// <param name="redis">The second level, or null for one level.</param>
    public static IFusionCache Levels(ProductCacheOptions options, RedisCache? redis, ILogger<FusionCache>? logger)
    {
        var memory = new MemoryCache(new MemoryCacheOptions { SizeLimit = options.Entries });
        var levels = new FusionCache(
            new FusionCacheOptions
            {
                CacheName = "products",
                CacheKeyPrefix = options.Prefix + "product:",
                DefaultEntryOptions = Entry(options),
                DisableTagging = true,

                // While the circuit breaker is open, Redis is not called.
                DistributedCacheCircuitBreakerDuration = TimeSpan.FromSeconds(2),
                DistributedCacheErrorsLogLevel = LogLevel.Warning,
            },
            memory,
            logger);
        if (redis is not null)
        {
            levels.SetupDistributedCache(redis, new FusionCacheSystemTextJsonSerializer(
                // Without fields, FusionCache's own tuples would lose their values.
                new JsonSerializerOptions { IncludeFields = true }));
        }

        return levels;
    }

    /// <summary>A second level on a Redis server.</summary>
    public static RedisCache Redis(ConfigurationOptions server) => new(new RedisCacheOptions
    {
        ConnectionMultiplexerFactory = async () => await ConnectionMultiplexer.ConnectAsync(server),
    });

    /// <summary>How a copy is stored.</summary>
    public static FusionCacheEntryOptions Entry(ProductCacheOptions options) => new()
    {
        Duration = options.LongestLife,
        Size = 1,

        // An outdated price is worse than a 503 that explains why there is none.
        IsFailSafeEnabled = false,
        DistributedCacheHardTimeout = options.RedisTimeout,
        AllowBackgroundDistributedCacheOperations = true,
    };
}
