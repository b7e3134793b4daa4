using Granary.Grains;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders;
using Granary.Grains.Stock;
using Granary.Grains.Webhooks;
using Granary.Hosting.Health;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Granary.Hosting.Telemetry;
using Granary.Journal;
using Granary.Journal.Sqlite;
using Granary.Streams;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Orleans.Configuration;
using Orleans.Dashboard;
using SiloOptions = Granary.Hosting.Settings.SiloOptions;

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
        var options = SiloOptions.From(builder.Configuration);
        AddJournal(builder.Services, options);
        builder.Services.AddGranaryGrains();
        builder.Services.AddViews(options, StreamSettingsReader.Read(builder.Configuration));
        builder.Services.AddOrderViews().AddOrderTracker();
        builder.Services.AddSingleton<IProductNews, ProductNews>();
        builder.Services.AddWebhookDatabase(options);
        builder.Services.AddWebhooks(WebhookSettings.Read(builder.Configuration));
        builder.Services.AddSiloHealth();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, ClusterMetrics>();
        var telemetry = TelemetryOptions.From(builder.Configuration);
        builder.Services.AddSingleton(LowStockSettings.Read(builder.Configuration));
        builder.UseOrleans(silo =>
        {
            silo.JoinCluster(options);
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
        return builder;
    }

    private static void AddJournal(IServiceCollection services, SiloOptions options)
    {
        services.AddStores(options);

        // The container disposes of its singletons after the silo has stopped, so grains can still append while they deactivate.
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
}
