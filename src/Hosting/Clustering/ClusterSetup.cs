using Granary.Hosting.Listening;
using Granary.Hosting.Settings;
using Orleans.Clustering.Redis;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Versions.Compatibility;
using Orleans.Versions.Selector;
using StackExchange.Redis;

namespace Granary.Hosting.Clustering;

/// <summary>Configures how silos and clients form one cluster, and how soon they detect that a silo is gone.</summary>
internal static class ClusterSetup
{
    /// <summary>
    /// Part of the key of every snapshot: it must be the same for all clusters that ever run over one database.
    /// </summary>
    private const string ServiceId = "granary";

    /// <summary>
    /// Number of grain addresses that a silo caches: enough for stock items and users, which are called repeatedly. Orders are
    /// mostly called once, and Orleans counts through its default cache of a million every second.
    /// </summary>
    private const int GrainAddressesKept = 50_000;

    /// <summary>How often the table of silos is read in case the notification of a change is lost.</summary>
    private static readonly TimeSpan TableRefresh = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a client reads the list of gateways, which is its only way to learn that one of them is frozen.
    /// </summary>
    private static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(1);

    /// <summary>
    /// By how much a silo that is slow itself may extend its probe timeout for others. Orleans' default is four: on a busy
    /// machine, a frozen silo would go undetected for half a minute.
    /// </summary>
    private const double ProbeExtension = 1.5;

    /// <summary>Makes a silo stay alone, without a port, or join the cluster.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="options">The settings.</param>
    /// <param name="ports">The ports of the silo in a cluster; null for a silo that is alone.</param>
    public static void JoinCluster(this ISiloBuilder silo, PlatformSettings options, SiloPorts? ports)
    {
        if (ports is null)
        {
            silo.UseLocalhostClustering(CommandSocket.Silo, CommandSocket.Gateway);
            silo.Services.ListenWith(provider => new CommandSocket.Listeners(options, provider.GetRequiredService<ILoggerFactory>()));
        }
        else
        {
            silo.UseRedisClustering(redis => Reach(redis, options));
            Listen(silo, options, ports);
            ports.HandTo(silo.Services);
            if (options.Tls is not null)
            {
                silo.UseClusterCertificates();
            }
        }

        silo.Services.TellFaults();
        silo.Configure<ClusterOptions>(cluster => Name(cluster, options));
        silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = options.ResponseTimeout);
        silo.Configure<GrainVersioningOptions>(contracts =>
        {
            // A silo serves callers of its own contract and of earlier ones; see docs/cluster.md. Grains start on every silo that
            // may serve the caller, not only on the latest version, which at the start of an upgrade is a single silo.
            contracts.DefaultCompatibilityStrategy = nameof(BackwardCompatible);
            contracts.DefaultVersionSelectorStrategy = nameof(AllCompatibleVersions);
        });
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = options.ProbeTimeout;
            membership.MaxProbeTimeout = options.ProbeTimeout * ProbeExtension;
            membership.NumMissedProbesLimit = options.MissedProbes;
            membership.TableRefreshTimeout = TableRefresh;

            // A silo that was killed while it joined must not delay later silos for minutes.
            membership.MaxJoinAttemptTime = TimeSpan.FromMinutes(1);
        });
        silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = IdleActivations.Never);
        silo.Services.AddSingleton<IdleActivations>();
        silo.Services.AddSingleton<IActivationWorkingSetObserver>(provider => provider.GetRequiredService<IdleActivations>());
        silo.Services.AddHostedService(provider => provider.GetRequiredService<IdleActivations>());
        silo.Services.AddSingleton<LiveActivations>();
        silo.Services.AddSingleton<IActivationWorkingSetObserver>(provider => provider.GetRequiredService<LiveActivations>());
        silo.Configure<GrainDirectoryOptions>(directory => directory.CacheSize = GrainAddressesKept);
    }

    public static void ConnectToCluster(this IClientBuilder client, PlatformSettings options)
    {
        client.FindSilos(options);
        client.Services.TellFaults();
        client.Configure<ClusterOptions>(cluster => Name(cluster, options));
        client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = options.ResponseTimeout);
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewayRefresh);
        client.UseConnectionRetryFilter<PatientStart>();
    }

    /// <summary>Connects a command to the running cluster, without waiting for one to start.</summary>
    public static void ConnectOnce(this IClientBuilder client, PlatformSettings options)
    {
        if (options.Clustering == ClusteringKind.Localhost)
        {
            client.UseLocalhostClustering(CommandSocket.Gateway);
            client.Services.ConnectWith(provider => new CommandSocket.Connections(options, provider.GetRequiredService<ILoggerFactory>()));
        }
        else
        {
            client.FindSilos(options);
        }

        client.Services.TellFaults();
        client.Configure<ClusterOptions>(cluster => Name(cluster, options));
        client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = options.ResponseTimeout);
    }

    /// <summary>
    /// Allows storage exceptions to be serialised into the response that they cause. Without this the response cannot be written,
    /// and its caller learns only that, not that the storage is unavailable.
    /// </summary>
    private static void TellFaults(this IServiceCollection services) => services.Configure<ExceptionSerializationOptions>(faults =>
    {
        faults.SupportedNamespacePrefixes.Add("Npgsql");
        faults.SupportedNamespacePrefixes.Add("StackExchange.Redis");

        // Orleans gives up placing a grain with an exception of Polly.
        faults.SupportedNamespacePrefixes.Add("Polly");
    });

    private static void FindSilos(this IClientBuilder client, PlatformSettings options)
    {
        client.UseRedisClustering(redis => Reach(redis, options));
        if (options.Tls is not null)
        {
            client.UseClusterCertificates();
        }
    }

    private static void Listen(ISiloBuilder silo, PlatformSettings options, SiloPorts ports)
    {
        var anywhere = options.ListenOn == SiloListening.Any;
        if (options.Address is { } address)
        {
            silo.ConfigureEndpoints(address, ports.Silo, ports.Gateway, anywhere);
        }
        else
        {
            silo.ConfigureEndpoints(ports.Silo, ports.Gateway, listenOnAnyHostAddress: anywhere);
        }
    }

    private static void Name(ClusterOptions cluster, PlatformSettings options)
    {
        cluster.ClusterId = options.ClusterId;
        cluster.ServiceId = ServiceId;
    }

    private static void Reach(RedisClusteringOptions redis, PlatformSettings options)
    {
        redis.ConfigurationOptions = ConfigurationOptions.Parse(options.Redis!);

        // If a Redis server is restarting, wait for it, at the start as well as later.
        redis.ConfigurationOptions.AbortOnConnectFail = false;
    }
}

/// <summary>Makes a client that starts before its cluster wait for it.</summary>
internal sealed partial class PatientStart(ILogger<PatientStart> log) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        LogWaiting(exception.Message);
        await Task.Delay(Pause, cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for a silo of the cluster: {Fault}")]
    private partial void LogWaiting(string fault);
}
