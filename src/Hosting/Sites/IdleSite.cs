using Granary.Grains.Feed;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Reading;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders;
using Granary.Grains.Reading;
using Granary.Grains.Sites;
using Granary.Grains.Stock;
using Granary.Hosting.Health;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Streams;
using Granary.Streams.Views;
using Npgsql;

namespace Granary.Hosting.Sites;

/// <summary>Composes a process of a site that takes no writes: it reads the site's standby, calls no grain and joins no cluster.</summary>
public static class IdleSite
{
    /// <summary>Adds what a front end needs.</summary>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static IHostApplicationBuilder AddIdleSite(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddLiveSettings();
        var settings = builder.Settings();
        var options = PlatformSettings.From(settings);
        var services = builder.Services;
        AddWatch(services, options);

        // Keys of tokens are read by sessions that nothing judges: they only read.
        services.AddSingleton(provider => NpgsqlDataSource.Create(provider.GetRequiredService<PostgreSqlServers>().StandbyConnectionString));
        builder.AddLive(reader => reader.Replicas() with { Use = true });
        builder.AddLive(LayerOptions.Orders);
        builder.AddLive(LayerOptions.LowStock);
        services.AddSingleton<StandbyReads>();
        services.AddSingleton<StandbyStates>();
        services.AddSingleton<IJournal, StandbyJournal>();
        services.AddSingleton<IViewDatabase, StandbyViews>();
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(settings.Streams()));
        services.AddJournalFeed();
        services.AddOrderTracker().AddEventFeed(settings.Read(SettingKeys.Currency));
        services.AddListReads();
        services.AddSingleton<IListReads, StandbyLists>();
        services.AddSingleton<IProductNews, ProductNews>();
        services.AddSingleton(provider => IdleGrains.Create(
            provider.GetRequiredService<StandbyReads>(), provider.GetRequiredService<StandbyStates>(), provider.GetRequiredService<ICurrent<OrderOptions>>()));
        services.AddSingleton<IOrderPlacing, IdlePlacing>();
        services.AddSingleton<SettingsFollower>();
        services.AddIdleHealth();
        return builder;
    }

    /// <summary>Adds what a silo needs, which has nothing to do: its probes.</summary>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static IHostApplicationBuilder AddIdleSilo(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddLiveSettings();
        AddWatch(builder.Services, PlatformSettings.From(builder.Settings()));
        builder.Services.AddIdleHealth();
        return builder;
    }

    private static void AddWatch(IServiceCollection services, PlatformSettings options)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(options.Journal);
        services.AddPostgreSqlServers(options.PostgreSql!, options.DataDirectory, options.Site);
        services.AddPrimaryWatches(static provider => [(0, provider.GetRequiredService<PostgreSqlServers>())]);
        services.AddHostedService<ReplicationMetrics>();
        services.AddSiteWatch(options, isIdle: true);
    }

    /// <summary>Places no order.</summary>
    private sealed class IdlePlacing(StandbyReads standby) : IOrderPlacing
    {
        public Task<OrderReply> PlaceAsync(string orderId, PlaceOrder command) => throw standby.NeedsWriter();
    }
}
