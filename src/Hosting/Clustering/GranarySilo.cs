using Granary.Grains;
using Granary.Grains.BackOffice;
using Granary.Grains.EventSourcing;
using Granary.Grains.Feed;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders;
using Granary.Grains.Payments;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Payments.Reconciling;
using Granary.Grains.Reading;
using Granary.Grains.Stock;
using Granary.Grains.Webhooks;
using Granary.Hosting.Health;
using Granary.Hosting.Listening;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Granary.Hosting.Telemetry;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Journal.Sqlite;
using Granary.Streams;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Dashboard;

namespace Granary.Hosting.Clustering;

/// <summary>Composes a silo: journal, snapshots, clustering.</summary>
public static class GranarySilo
{
    /// <summary>The grain storage for snapshots.</summary>
    public const string Snapshots = "snapshots";

    /// <summary>
    /// Adds a silo as the section <c>Granary</c> of the configuration describes it. It provides grains with an
    /// <see cref="IJournal"/> and the grain storage <see cref="Snapshots"/>.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static IHostApplicationBuilder AddGranarySilo(this IHostApplicationBuilder builder)
    {
        builder.AddLiveSettings();
        var settings = builder.Settings();
        var options = PlatformSettings.From(settings);

        // Before the silo: hosted services start in the order in which they are added.
        if (options.Storage == StorageKind.Sqlite)
        {
            builder.Services.AddHostedService<DirectoryLock>();
            builder.Services.AddHostedService<EmbeddedStores>();
        }

        var ports = options.Clustering == ClusteringKind.Localhost ? null : new SiloPorts(options);
        if (ports is not null)
        {
            builder.Services.AddHostedService(_ => ports);
            builder.Services.AddClusterCertificates(options.Tls);
        }

        builder.Services.AddHostedService<ServersAtStart>();
        AddJournal(builder.Services, options);
        builder.AddLive(LayerOptions.Orders);
        builder.Services.AddGranaryGrains();
        builder.Services.AddPaymentProvider(settings.Payments());
        builder.AddLive(LayerOptions.Payments);
        builder.AddLive(LayerOptions.Variants);
        builder.Services.AddViews(options, settings.Streams());
        builder.Services.AddOrderViews().AddOrderTracker().AddEventFeed(settings.Read(SettingKeys.Currency));
        builder.Services.AddListReads();
        builder.AddLive(LayerOptions.Replicas);
        builder.Services.AddBackOfficeViews();
        builder.Services.TryAddSingleton(settings.Statistics());
        builder.Services.AddPayments(settings.Read(SettingKeys.Currency));
        builder.Services.AddNightlyReconciliation();
        builder.Services.AddSingleton<IProductNews, ProductNews>();
        builder.Services.AddWebhookDatabase(options);
        builder.Services.AddWebhooks(settings.Webhooks());
        builder.Services.AddSiloHealth();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, ClusterMetrics>();
        var telemetry = TelemetryOptions.From(settings);
        builder.AddLive(LayerOptions.LowStock);
        builder.UseOrleans(silo =>
        {
            silo.JoinCluster(options, ports);
            if (telemetry.Tracing)
            {
                silo.AddActivityPropagation();
            }

            if (telemetry.Dashboard)
            {
                silo.AddDashboard(dashboard => dashboard.HideTrace = true);
            }

            AddSnapshots(silo, options);
            silo.AddJournalStreams();
        });
        builder.AddSettingsFollower();
        return builder;
    }

    private static void AddJournal(IServiceCollection services, PlatformSettings options)
    {
        services.AddStores(options);
        services.AddJournalWriter(options);
        if (options.Storage == StorageKind.PostgreSql)
        {
            services.AddHostedService(provider => new DatabasesAtStart(
                provider.GetRequiredService<JournalDatabases>(), create: true, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DatabasesAtStart>>()));
        }

        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, JournalStartup>();
    }

    private static void AddSnapshots(ISiloBuilder silo, PlatformSettings options)
    {
        silo.Services.TryAddSingleton<JsonGrainStateSerializer>();
        silo.AddAdoNetGrainStorage(Snapshots, storage => storage.Configure((AdoNetGrainStorageOptions snapshots, IServiceProvider provider) =>
        {
            snapshots.GrainStorageSerializer = provider.GetRequiredService<JsonGrainStateSerializer>();
            if (options.Storage == StorageKind.PostgreSql)
            {
                snapshots.Invariant = "Npgsql";

                // A grain that saves a snapshot does not wait for a synchronous standby: that has the events that the snapshot is made of, and a
                // grain that reads a snapshot refuses one whose last event is not in the journal (EventSourcedGrain.EnsureLoadedAsync).
                snapshots.DataSource = provider.GetRequiredService<PostgreSqlServers>().OpenSmall(
                    static pool => pool.Options += " -c synchronous_commit=local");
            }
            else
            {
                snapshots.Invariant = "System.Data.SQLite";
                snapshots.ConnectionString = SqliteJournal.ConnectionString(options.SqliteFile, options.Journal);
            }
        }));
    }
}
