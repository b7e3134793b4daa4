using System.Globalization;
using Granary.Hosting.Settings;
using StackExchange.Redis;

namespace Granary.Api.Products.Cache;

/// <summary>How products are kept near their readers, section <c>Granary:Cache</c>. Read and checked once, at start.</summary>
public sealed record ProductCacheOptions
{
    private const string RedisKey = "ConnectionStrings:Redis";

    /// <summary>How far the life of a copy strays from <see cref="Duration"/>, as a share of it.</summary>
    public const double Jitter = 0.1;

    /// <summary>How long a copy is served at most, give or take <see cref="Jitter"/>, when no change is heard of.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for the knowledge that there is no such product.</summary>
    public TimeSpan NegativeDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many copies one process keeps at most.</summary>
    public int Entries { get; init; } = 100_000;

    /// <summary>How many SKUs the filter of known ones is made for at first; it grows by itself.</summary>
    public int ExpectedSkus { get; init; } = 100_000;

    /// <summary>The server of the second level, or null for one level.</summary>
    public ConfigurationOptions? Redis { get; init; }

    /// <summary>How long a reader waits for the second level before it does without.</summary>
    public TimeSpan RedisTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>What the keys of the second level begin with: clusters that share a server do not share copies.</summary>
    public string Prefix { get; init; } = "granary:";

    /// <summary>The longest that any copy lives.</summary>
    public TimeSpan LongestLife => Duration * (1 + Jitter);

    /// <summary>Reads the options.</summary>
    /// <exception cref="InvalidConfigurationException">A value cannot be used; the message names the key.</exception>
    public static ProductCacheOptions From(IConfiguration configuration, string clusterId)
    {
        var defaults = new ProductCacheOptions();
        var options = new ProductCacheOptions
        {
            Duration = Time(configuration, "Granary:Cache:Duration", defaults.Duration),
            NegativeDuration = Time(configuration, "Granary:Cache:NegativeDuration", defaults.NegativeDuration),
            Entries = Number(configuration, "Granary:Cache:Entries", defaults.Entries),
            ExpectedSkus = Number(configuration, "Granary:Cache:ExpectedSkus", defaults.ExpectedSkus),
            RedisTimeout = Time(configuration, "Granary:Cache:RedisTimeout", defaults.RedisTimeout),
            Redis = configuration[RedisKey] is { Length: > 0 } redis ? ParseRedis(redis) : null,
            Prefix = $"granary:{clusterId}:",
        };
        return options.NegativeDuration <= options.Duration
            ? options
            : throw new InvalidConfigurationException("Granary:Cache:NegativeDuration", "must not be above Granary:Cache:Duration.");
    }

    /// <summary>A server as the second level wants it.</summary>
    /// <exception cref="InvalidConfigurationException">It is not a connection string of StackExchange.Redis.</exception>
    public static ConfigurationOptions ParseRedis(string connection)
    {
        try
        {
            var server = ConfigurationOptions.Parse(connection);

            // A second level that is away is done without, from the first moment on and without queueing for its return.
            server.AbortOnConnectFail = false;
            server.BacklogPolicy = BacklogPolicy.FailFast;
            return server;
        }
        catch (ArgumentException fault)
        {
            // The value is not repeated: it may hold a password.
            throw new InvalidConfigurationException(RedisKey, $"is not a Redis connection string: {fault.Message}");
        }
    }

    private static TimeSpan Time(IConfiguration configuration, string key, TimeSpan fallback)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return fallback;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero && time <= TimeSpan.FromDays(1)
            ? time
            : throw new InvalidConfigurationException(key, "must be a positive time of at most a day, such as 00:00:30.");
    }

    private static int Number(IConfiguration configuration, string key, int fallback)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 10_000_000
            ? number
            : throw new InvalidConfigurationException(key, "must be a whole number from 1 to 10000000.");
    }
}
