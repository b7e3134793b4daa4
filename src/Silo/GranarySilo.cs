using System.Net;
using System.Net.Sockets;
using Granary.Catalogue;
using Granary.Journal;
using Granary.Stock;
using Granary.Streams;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Orleans.Configuration;

namespace Granary.Hosting;

/// <summary>Composes a silo: journal, snapshots, clustering.</summary>
public static class GranarySilo
{
    /// <summary>The grain storage for snapshots.</summary>
    public const string Snapshots = "snapshots";

    /// <summary>
    /// Adds a silo as the section <c>Granary</c> of the configuration asks for it. Grains find an <see cref="IJournal"/> and
    /// the grain storage <see cref="Snapshots"/>.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">The configuration cannot be run with.</exception>
    public static IHostApplicationBuilder AddGranarySilo(this IHostApplicationBuilder builder)
    {
        var options = SiloOptions.From(builder.Configuration);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(options.Journal);
        AddJournal(builder.Services, options);
        builder.Services.AddGranaryGrains();
        builder.Services.AddViews(options).AddJournalFeed(builder.Configuration);
        builder.UseOrleans(silo =>
        {
            AddCluster(silo, options);
            AddSnapshots(silo, options);
            silo.AddJournalStreams();
        });
        return builder;
    }

    private static void AddJournal(IServiceCollection services, SiloOptions options)
    {
        if (options.Storage == StorageKind.PostgreSql)
        {
            services.AddSingleton(_ => NpgsqlDataSource.Create(options.PostgreSql!));
            services.AddSingleton<IJournalStore, PostgreSqlJournal>();
            services.AddSingleton<ICatalogue, PostgreSqlCatalogue>();
        }
        else
        {
            Directory.CreateDirectory(options.DataDirectory);
            services.AddSingleton<IJournalStore>(_ => new SqliteJournal(options.SqliteFile, options.Journal));
            services.AddSingleton<ICatalogue>(_ => new SqliteCatalogue(
                SqliteJournal.ConnectionString(options.SqliteFile, options.Journal)));
        }

        // Singletons of the container are disposed after the silo has stopped, so grains still append while they deactivate.
        services.AddSingleton<JournalMetrics>();
        services.AddSingleton<GroupCommitJournal>();
        services.AddSingleton<IJournal>(provider => provider.GetRequiredService<GroupCommitJournal>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, JournalStartup>();
    }

    private static void AddSnapshots(ISiloBuilder silo, SiloOptions options)
    {
        silo.Services.TryAddSingleton<JsonGrainStateSerializer>();
        silo.AddAdoNetGrainStorage(Snapshots, storage => storage.Configure((AdoNetGrainStorageOptions snapshots, IServiceProvider provider) =>
        {
            snapshots.GrainStorageSerializer = provider.GetRequiredService<JsonGrainStateSerializer>();
            if (options.Storage == StorageKind.PostgreSql)
            {
                snapshots.Invariant = "Npgsql";
                snapshots.DataSource = provider.GetRequiredService<NpgsqlDataSource>();
            }
            else
            {
                snapshots.Invariant = "System.Data.SQLite";
                snapshots.ConnectionString = SqliteJournal.ConnectionString(options.SqliteFile, options.Journal);
            }
        }));
    }

    private static void AddCluster(ISiloBuilder silo, SiloOptions options)
    {
        var siloPort = options.SiloPort == 0 ? FreePort() : options.SiloPort;
        var gatewayPort = options.GatewayPort == 0 ? FreePort() : options.GatewayPort;
        if (options.Clustering == ClusteringKind.Localhost)
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort);
        }
        else
        {
            silo.UseRedisClustering(options.Redis!);
            if (options.Address is { } address)
            {
                silo.ConfigureEndpoints(address, siloPort, gatewayPort, listenOnAnyHostAddress: true);
            }
            else
            {
                silo.ConfigureEndpoints(siloPort, gatewayPort, listenOnAnyHostAddress: true);
            }
        }

        silo.Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = options.ClusterId;
            // Part of the key of every snapshot: the same for all clusters that ever run over one database.
            cluster.ServiceId = "granary";
        });
    }

    /// <summary>Orleans tells a silo's port to others before it listens, so it must be known beforehand.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
