using Granary.Hosting.Settings;
using StackExchange.Redis;

namespace Granary.Api.Products.Cache;

/// <summary>Settings of the product cache, section <c>Granary:Cache</c>. The times may change while the process runs; the rest is read once, at start.</summary>
public sealed record ProductCacheOptions
{
    /// <summary>Maximum deviation of a copy's life from <see cref="Duration"/>, as a share of it.</summary>
    public const double Jitter = 0.1;

    /// <summary>Maximum time for which a copy is served, plus or minus <see cref="Jitter"/>, if no change is known.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for the information that a product does not exist.</summary>
    public TimeSpan NegativeDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Maximum number of copies in one process.</summary>
    public int Entries { get; init; } = 100_000;

    /// <summary>Number of SKUs that the filter of known SKUs is first sized for; it grows automatically.</summary>
    public int ExpectedSkus { get; init; } = 100_000;

    /// <summary>The server of the second level, or null for one level.</summary>
    public ConfigurationOptions? Redis { get; init; }

    /// <summary>How long a reader waits for the second level before it continues without it.</summary>
    public TimeSpan RedisTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The prefix of keys in the second level: clusters that share a server do not share copies.</summary>
    public string Prefix { get; init; } = "granary:";

    /// <summary>The longest life of any copy.</summary>
    public TimeSpan LongestLife => Duration * (1 + Jitter);

    /// <summary>Reads the options.</summary>
    /// <exception cref="InvalidConfigurationException">A value is invalid; the message names the key.</exception>
    public static ProductCacheOptions From(SettingsReader settings)
    {
        var times = settings.CacheTimes();
        return new ProductCacheOptions
        {
            Duration = times.Duration,
            NegativeDuration = times.Negative,
            Entries = settings.Read(SettingKeys.CacheEntries),
            ExpectedSkus = settings.Read(SettingKeys.ExpectedSkus),
            RedisTimeout = settings.Read(SettingKeys.CacheRedisTimeout),
            Redis = settings.Read(SettingKeys.Redis) is { } redis ? ParseRedis(redis) : null,
            Prefix = $"granary:{settings.Read(SettingKeys.ClusterId)}:",
        };
    }

    /// <summary>Parses the connection string of the second level.</summary>
    public static ConfigurationOptions ParseRedis(string connection)
    {
        var server = ConfigurationOptions.Parse(connection);

        // An unavailable second level is skipped, from the start on and without queueing commands for its return.
        server.AbortOnConnectFail = false;
        server.BacklogPolicy = BacklogPolicy.FailFast;
        return server;
    }
}
