using System.Net;
using Granary.Journal;
using Granary.Journal.PostgreSql;

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

/// <summary>What silos, front ends and commands have in common: the stores and the cluster. Read and checked once, before anything starts.</summary>
public sealed record PlatformSettings
{
    /// <summary><c>Granary:DataDirectory</c>: where the embedded database and generated secrets live.</summary>
    public required string DataDirectory { get; init; }

    /// <summary><c>Granary:Storage</c>.</summary>
    public required StorageKind Storage { get; init; }

    /// <summary><c>Granary:Clustering</c>.</summary>
    public required ClusteringKind Clustering { get; init; }

    /// <summary><c>ConnectionStrings:Granary</c>; set where <see cref="Storage"/> is PostgreSQL.</summary>
    public string? PostgreSql { get; init; }

    /// <summary>
    /// <c>Granary:Journal:Databases</c>: connection strings of the journal's databases, of which <see cref="PostgreSql"/> is the first; empty
    /// where <see cref="Storage"/> is not PostgreSQL.
    /// </summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary><c>ConnectionStrings:Redis</c>; set where <see cref="Clustering"/> is Redis.</summary>
    public string? Redis { get; init; }

    /// <summary><c>Granary:Silo:ClusterId</c>: silos with the same id form one cluster.</summary>
    public required string ClusterId { get; init; }

    /// <summary><c>Granary:Silo:Address</c>: the address told to other silos; by default the host's own.</summary>
    public IPAddress? Address { get; init; }

    /// <summary><c>Granary:Silo:ListenOn</c>.</summary>
    public SiloListening ListenOn { get; init; }

    /// <summary><c>Granary:Silo:Tls</c>; null where the mode is off, and for a silo that is alone.</summary>
    public SiloTls? Tls { get; init; }

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

    /// <summary><c>Granary:Journal:RetryFor</c>, <c>CommandTimeout</c> and <c>EndTransactionsAfter</c>.</summary>
    public required JournalStoreOptions Journal { get; init; }

    /// <summary><c>Granary:Site</c>; null where there is only one.</summary>
    public DatabaseSite? Site { get; init; }

    /// <summary>The file of the embedded journal.</summary>
    public string SqliteFile => Path.Combine(DataDirectory, "granary.db");

    /// <summary>The file of the embedded views, which are derived from the journal.</summary>
    public string ViewFile => Path.Combine(DataDirectory, "views.db");

    /// <summary>The file of the embedded webhooks.</summary>
    public string WebhookFile => Path.Combine(DataDirectory, "webhooks.db");

    /// <summary>Reads them.</summary>
    /// <exception cref="InvalidConfigurationException">A value is invalid, or a key is unknown.</exception>
    public static PlatformSettings From(SettingsReader settings)
    {
        settings.RefuseUnknown();
        var storage = settings.Read(SettingKeys.Storage);
        var clustering = settings.Read(SettingKeys.Clustering);
        if (storage == StorageKind.Sqlite && clustering == ClusteringKind.Redis)
        {
            throw new InvalidConfigurationException(
                SettingKeys.Storage, "must be PostgreSql where Granary:Clustering is Redis: silos of a cluster share one journal.");
        }

        var (siloPort, gatewayPort) = (settings.Read(SettingKeys.SiloPort), settings.Read(SettingKeys.GatewayPort));
        if (siloPort != 0 && siloPort == gatewayPort)
        {
            throw new InvalidConfigurationException(SettingKeys.GatewayPort, $"is {gatewayPort}, as Granary:Silo:Port is: silos and clients need a port each.");
        }

        var postgreSql = storage == StorageKind.PostgreSql ? settings.Require(SettingKeys.Database, "where Granary:Storage is PostgreSql") : null;
        return new PlatformSettings
        {
            DataDirectory = Path.GetFullPath(settings.Read(SettingKeys.DataDirectory)),
            Storage = storage,
            Clustering = clustering,
            PostgreSql = postgreSql,
            Databases = DatabasesOf(settings, postgreSql),
            Site = SiteOf(settings, postgreSql),
            Redis = clustering == ClusteringKind.Redis ? settings.Require(SettingKeys.Redis, "where Granary:Clustering is Redis") : null,
            ClusterId = settings.Read(SettingKeys.ClusterId),
            Address = settings.Read(SettingKeys.SiloAddress),
            ListenOn = settings.Read(SettingKeys.SiloListenOn),
            Tls = TlsOf(settings, clustering),
            SiloPort = siloPort,
            GatewayPort = gatewayPort,
            ProbeTimeout = settings.Read(SettingKeys.ProbeTimeout),
            MissedProbes = settings.Read(SettingKeys.MissedProbes),
            ResponseTimeout = settings.Read(SettingKeys.ResponseTimeout),
            Journal = new JournalStoreOptions
            {
                RetryFor = settings.Read(SettingKeys.RetryFor),
                CommandTimeout = settings.Read(SettingKeys.CommandTimeout),
                EndTransactionsAfter = settings.Read(SettingKeys.EndTransactionsAfter),
            },
        };
    }

    private static string[] DatabasesOf(SettingsReader settings, string? first)
    {
        var named = settings.Read(SettingKeys.Databases);
        if (first is null)
        {
            return named.Count == 0 ? []
                : throw new InvalidConfigurationException(SettingKeys.Databases, "is set, and Granary:Storage is Sqlite, which has one database.");
        }

        if (named is [{ Length: > 0 } other, ..] && other != first)
        {
            throw new InvalidConfigurationException(
                SettingKeys.Databases, "names at 0 another database than ConnectionStrings:Granary, which is database 0; leave that place empty.");
        }

        string[] all = [first, .. named.Skip(1)];
        return all.Distinct(StringComparer.Ordinal).Count() == all.Length ? all
            : throw new InvalidConfigurationException(SettingKeys.Databases, "names one database twice.");
    }

    /// <summary>The site of this process; null where there is only one.</summary>
    private static DatabaseSite? SiteOf(SettingsReader settings, string? connectionString)
    {
        var (name, servers) = (settings.Read(SettingKeys.Site), settings.Read(SettingKeys.Sites));
        if (name is null || connectionString is null)
        {
            return null;
        }

        if (settings.Read(SettingKeys.Databases).Count > 1)
        {
            throw new InvalidConfigurationException(SettingKeys.Site, "is set, and a second site has no journal of several databases (docs/sites.md).");
        }

        var site = new DatabaseSite(name, servers);
        if (PostgreSqlServers.NamesOf(connectionString).FirstOrDefault(host => site.SiteOf(host) is null) is { } host)
        {
            throw new InvalidConfigurationException(SettingKeys.Sites, $"does not say at which site {host} is, where Granary:Site is set.");
        }

        return PostgreSqlServers.NamesOf(connectionString).Any(site.IsOwn)
            ? site
            : throw new InvalidConfigurationException(SettingKeys.Site, $"is {name}, and no host of {SettingKeys.Database} is at that site.");
    }

    private static SiloTls? TlsOf(SettingsReader settings, ClusteringKind clustering) =>
        clustering == ClusteringKind.Localhost || settings.Read(SettingKeys.TlsMode) == TlsMode.Off ? null : new SiloTls(
            File(settings, SettingKeys.TlsCertificate), File(settings, SettingKeys.TlsKey), File(settings, SettingKeys.TlsAuthority));

    private static string File(SettingsReader settings, SettingKey<string?> key) =>
        Path.GetFullPath(settings.Require(key, "where Granary:Clustering is Redis and Granary:Silo:Tls:Mode is not Off")!);
}
