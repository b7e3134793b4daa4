using Granary.Grains.Feed;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders;
using Granary.Grains.Reading;
using Granary.Grains.Stock;
using Granary.Hosting.Health;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Granary.Hosting.Telemetry;
using Granary.Journal.PostgreSql;
using Orleans.Dashboard;

namespace Granary.Hosting.Clustering;

/// <summary>Composes a process that calls the cluster's grains and hosts none.</summary>
public static class GranaryClusterClient
{
    /// <summary>
    /// Adds a client of the cluster that the section <c>Granary</c> of the configuration names, and the stores that it reads.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static IHostApplicationBuilder AddGranaryClusterClient(this IHostApplicationBuilder builder)
    {
        builder.AddLiveSettings();
        var settings = builder.Settings();
        var options = PlatformSettings.From(settings);
        if (options.Clustering != ClusteringKind.Redis)
        {
            throw new InvalidConfigurationException(SettingKeys.Clustering, "must be Redis if Granary:Hosting is Client: clients find silos there.");
        }

        builder.Services.AddClusterCertificates(options.Tls);
        builder.Services.AddHostedService<ServersAtStart>();
        builder.Services.AddStores(options);
        builder.Services.AddJournalReader(options);
        builder.Services.AddHostedService(provider => new DatabasesAtStart(
            provider.GetRequiredService<JournalDatabases>(), create: false, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DatabasesAtStart>>()));
        builder.Services.AddViews(options, settings.Streams());
        builder.Services.AddOrderTracker().AddEventFeed(settings.Read(SettingKeys.Currency));
        builder.Services.AddListReads();
        builder.AddLive(LayerOptions.Replicas);
        builder.Services.AddSingleton<IProductNews, ProductNews>();
        builder.Services.AddClientHealth();
        var telemetry = TelemetryOptions.From(settings);
        builder.UseOrleansClient(client =>
        {
            client.ConnectToCluster(options);
            client.Services.AddSingleton<IClusterConnectionStatusObserver>(provider => provider.GetRequiredService<GatewayHealth>());
            if (telemetry.Tracing)
            {
                client.AddActivityPropagation();
            }

            if (telemetry.Dashboard)
            {
                client.AddDashboard(dashboard => dashboard.HideTrace = true);
            }
        });
        builder.AddSettingsFollower();
        return builder;
    }
}
