using Granary.Hosting;
using Granary.Views;
using Orleans.Streams;

namespace Granary.Streams;

/// <summary>Composes the streams over the journal: the feed, the stream provider, checkpoints and dead letters.</summary>
public static class StreamComposition
{
    /// <summary>Adds the database of the views.</summary>
    public static IServiceCollection AddViews(this IServiceCollection services, SiloOptions options)
    {
        if (options.Storage == StorageKind.PostgreSql)
        {
            services.AddSingleton<IViewDatabase>(provider => new PostgreSqlViews(provider.GetRequiredService<SiloOptions>().PostgreSql!));
            services.AddHostedService<PostgreSqlWake>();
        }
        else
        {
            services.AddSingleton<IViewDatabase>(_ => new SqliteViews(PrivateFile.At(Path.Combine(options.DataDirectory, "views.db"))));
        }

        return services;
    }

    /// <summary>Adds what every process that follows the journal needs. The journal and the views must be there already.</summary>
    public static IServiceCollection AddJournalFeed(this IServiceCollection services, IConfiguration configuration)
    {
        StreamSettingsCheck.Run(configuration.GetSection(StreamSettings.Section));
        services.AddOptions<StreamSettings>().Bind(configuration.GetSection(StreamSettings.Section)).Validate(
            settings => settings is { Partitions: > 0 and <= StreamSettings.MostPartitions, BatchLength: > 0, TailLength: > 0, MaxAttempts: > 0 },
            $"{StreamSettings.Section}: Partitions is from 1 to {StreamSettings.MostPartitions}; BatchLength, TailLength and MaxAttempts are above 0.");
        services.AddSingleton<IStreamStore, SqlStreamStore>();
        services.AddSingleton<StreamMetrics>();
        services.AddSingleton<ConsumerServices>();
        services.AddSingleton<JournalFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalFeed>());
        return services;
    }

    /// <summary>Adds the persistent stream provider <see cref="StreamNames.Provider"/>.</summary>
    public static ISiloBuilder AddJournalStreams(this ISiloBuilder silo)
    {
        silo.AddPersistentStreams(StreamNames.Provider, JournalAdapterFactory.Create, provider =>
        {
            // Consumers keep their own checkpoints; there is no subscription to store.
            provider.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            provider.ConfigurePullingAgent(agent => agent.Configure<Microsoft.Extensions.Options.IOptions<StreamSettings>>(
                (pulling, settings) => pulling.MaxEventDeliveryTime = settings.Value.MaxDeliveryTime));
            provider.ConfigureLifecycle(lifecycle => lifecycle.Configure<Microsoft.Extensions.Options.IOptions<StreamSettings>>(
                (stream, settings) => stream.StartupState = settings.Value.Deliver
                    ? Orleans.Configuration.StreamLifecycleOptions.RunState.AgentsStarted
                    : Orleans.Configuration.StreamLifecycleOptions.RunState.AgentsStopped));
        });
        return silo;
    }
}
