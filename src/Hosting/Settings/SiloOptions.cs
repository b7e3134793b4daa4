using System.Globalization;
using System.Net;
using Granary.Grains.Orders;
using Granary.Journal;
using Npgsql;

namespace Granary.Hosting.Settings;

/// <summary>Where events and snapshots are stored.</summary>
public enum StorageKind
{
    /// <summary>A file under <c>Granary:DataDirectory</c>.</summary>
    Sqlite,

    /// <summary>The database of <c>ConnectionStrings:Granary</c>.</summary>
    PostgreSql,
}

/// <summary>How silos find each other.</summary>
public enum ClusteringKind
{
    /// <summary>One silo, alone on this machine.</summary>
    Localhost,

    /// <summary>Any number of silos, through the Redis server of <c>ConnectionStrings:Redis</c>.</summary>
    Redis,
}

/// <summary>What a silo takes from the configuration, section <c>Granary</c>. Read and checked once, before anything starts.</summary>
public sealed record SiloOptions
{
    /// <summary><c>Granary:DataDirectory</c>: where the embedded database and generated secrets live.</summary>
    public required string DataDirectory { get; init; }

    /// <summary><c>Granary:Storage</c>.</summary>
    public required StorageKind Storage { get; init; }

    /// <summary><c>Granary:Clustering</c>.</summary>
    public required ClusteringKind Clustering { get; init; }

    /// <summary><c>ConnectionStrings:Granary</c>; set where <see cref="Storage"/> is PostgreSQL.</summary>
    public string? PostgreSql { get; init; }

    /// <summary><c>ConnectionStrings:Redis</c>; set where <see cref="Clustering"/> is Redis.</summary>
    public string? Redis { get; init; }

    /// <summary><c>Granary:Silo:ClusterId</c>: silos with the same id form one cluster.</summary>
    public required string ClusterId { get; init; }

    /// <summary><c>Granary:Silo:Address</c>: the address told to other silos; by default the host's own.</summary>
    public IPAddress? Address { get; init; }

    /// <summary><c>Granary:Silo:Port</c>: for other silos; 0 takes a free one.</summary>
    public required int SiloPort { get; init; }

    /// <summary><c>Granary:Silo:GatewayPort</c>: for clients of the cluster; 0 takes a free one.</summary>
    public required int GatewayPort { get; init; }

    /// <summary><c>Granary:Silo:ProbeTimeout</c>: how often a silo probes the others, and how long it waits for the answer.</summary>
    public required TimeSpan ProbeTimeout { get; init; }

    /// <summary><c>Granary:Silo:MissedProbes</c>: probes in a row without an answer after which a silo votes another dead.</summary>
    public required int MissedProbes { get; init; }

    /// <summary><c>Granary:Silo:ResponseTimeout</c>: how long a call to a grain may take. A front end repeats one that is idempotent, once.</summary>
    public required TimeSpan ResponseTimeout { get; init; }

    /// <summary><c>Granary:Journal:RetryFor</c> and <c>Granary:Journal:CommandTimeout</c>.</summary>
    public required JournalStoreOptions Journal { get; init; }

    /// <summary>The file of the embedded database.</summary>
    public string SqliteFile => Path.Combine(DataDirectory, "granary.db");

    /// <exception cref="InvalidConfigurationException">A value cannot be run with.</exception>
    public static SiloOptions From(IConfiguration configuration)
    {
        var storage = Choice(configuration, "Granary:Storage", StorageKind.Sqlite);
        var clustering = Choice(configuration, "Granary:Clustering", ClusteringKind.Localhost);
        if (storage == StorageKind.Sqlite && clustering == ClusteringKind.Redis)
        {
            throw new InvalidConfigurationException("Granary:Storage", "must be PostgreSql where Granary:Clustering is Redis: silos of a cluster share one journal.");
        }

        var defaults = new JournalStoreOptions();
        var orders = new OrderOptions();
        Duration(configuration, $"{OrderOptions.Section}:{nameof(OrderOptions.PaymentTimeout)}", orders.PaymentTimeout);
        Duration(configuration, $"{OrderOptions.Section}:{nameof(OrderOptions.ReservationGrace)}", orders.ReservationGrace);
        return new SiloOptions
        {
            DataDirectory = Path.GetFullPath(configuration["Granary:DataDirectory"] is { Length: > 0 } directory ? directory : "data"),
            Storage = storage,
            Clustering = clustering,
            PostgreSql = storage == StorageKind.PostgreSql ? PostgreSqlConnection(configuration) : null,
            Redis = clustering == ClusteringKind.Redis
                ? Required(configuration, "ConnectionStrings:Redis", "where Granary:Clustering is Redis, such as localhost:6379.")
                : null,
            ClusterId = configuration["Granary:Silo:ClusterId"] is { Length: > 0 } cluster ? cluster : "granary",
            Address = ParseAddress(configuration, "Granary:Silo:Address"),
            SiloPort = Port(configuration, "Granary:Silo:Port", 11_111),
            GatewayPort = Port(configuration, "Granary:Silo:GatewayPort", 30_000),
            ProbeTimeout = Duration(configuration, "Granary:Silo:ProbeTimeout", TimeSpan.FromSeconds(2)),
            MissedProbes = Count(configuration, "Granary:Silo:MissedProbes", 3),
            ResponseTimeout = Duration(configuration, "Granary:Silo:ResponseTimeout", TimeSpan.FromSeconds(10)),
            Journal = new JournalStoreOptions
            {
                RetryFor = Duration(configuration, "Granary:Journal:RetryFor", defaults.RetryFor),
                CommandTimeout = Duration(configuration, "Granary:Journal:CommandTimeout", defaults.CommandTimeout),
            },
        };
    }

    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(30);

    private static T Choice<T>(IConfiguration configuration, string key, T fallback)
        where T : struct, Enum
    {
        if (configuration[key] is not { Length: > 0 } value)
        {
            return fallback;
        }

        // By name only: an enum also parses from numbers, which mean nothing to an operator.
        return Enum.GetNames<T>().Contains(value, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<T>(value, ignoreCase: true)
            : throw new InvalidConfigurationException(key, $"is '{value}'; it takes {string.Join(" or ", Enum.GetNames<T>())}.");
    }

    private static string Required(IConfiguration configuration, string key, string when) =>
        configuration[key] is { Length: > 0 } value ? value : throw new InvalidConfigurationException(key, $"is missing; it is needed {when}");

    private static string PostgreSqlConnection(IConfiguration configuration)
    {
        const string Key = "ConnectionStrings:Granary";
        var value = Required(configuration, Key, "where Granary:Storage is PostgreSql, such as Host=localhost;Database=granary;Username=granary.");
        try
        {
            return new NpgsqlConnectionStringBuilder(value).ConnectionString;
        }
        catch (ArgumentException fault)
        {
            // The value is not repeated: it may hold a password.
            throw new InvalidConfigurationException(Key, $"is not a PostgreSQL connection string: {fault.Message}");
        }
    }

    private static IPAddress? ParseAddress(IConfiguration configuration, string key)
    {
        if (configuration[key] is not { Length: > 0 } value)
        {
            return null;
        }

        return IPAddress.TryParse(value, out var address) ? address : throw new InvalidConfigurationException(key, $"is '{value}'; it takes an IP address.");
    }

    private static int Port(IConfiguration configuration, string key, int fallback)
    {
        if (configuration[key] is not { Length: > 0 } value)
        {
            return fallback;
        }

        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort
            ? port
            : throw new InvalidConfigurationException(key, $"is '{value}'; it takes a port from 0 (any free one) to {IPEndPoint.MaxPort}.");
    }

    private static int Count(IConfiguration configuration, string key, int fallback)
    {
        if (configuration[key] is not { Length: > 0 } value)
        {
            return fallback;
        }

        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 1_000
            ? count
            : throw new InvalidConfigurationException(key, $"is '{value}'; it takes a whole number from 1 to 1000.");
    }

    private static TimeSpan Duration(IConfiguration configuration, string key, TimeSpan fallback)
    {
        if (configuration[key] is not { Length: > 0 } value)
        {
            return fallback;
        }

        // A bare number would be days.
        return value.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var duration) && duration > TimeSpan.Zero && duration <= LongestDuration
            ? duration
            : throw new InvalidConfigurationException(key, $"is '{value}'; it takes a time above zero and up to {LongestDuration.TotalDays} days, such as 00:00:20.");
    }
}
