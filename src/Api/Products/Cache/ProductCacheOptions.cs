using System.Globalization;
using Granary.Hosting.Settings;
using StackExchange.Redis;

namespace Granary.Api.Products.Cache;

/// <summary>Settings of the product cache, section <c>Granary:Cache</c>. Read and checked once, at start.</summary>
public sealed record ProductCacheOptions
{
    private const string RedisKey = "ConnectionStrings:Redis";

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

    /// <summary>Parses the connection string of the second level.</summary>
    /// <exception cref="InvalidConfigurationException">It is not a connection string of StackExchange.Redis.</exception>
    public static ConfigurationOptions ParseRedis(string connection)
    {
        try
        {
            var server = ConfigurationOptions.Parse(connection);

            // An unavailable second level is skipped, from the start on and without queueing commands for its return.
            server.AbortOnConnectFail = false;
            server.BacklogPolicy = BacklogPolicy.FailFast;
            return server;
        }
        catch (ArgumentException fault)
        {
            // The message does not repeat the value: it may contain a password.
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
