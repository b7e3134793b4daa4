using Granary.Journal;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Streams;

namespace Granary.Streams;

/// <summary>Composes the streams over the journal: the feed, the stream provider, checkpoints and dead letters.</summary>
public static class StreamComposition
{
    /// <summary>
    /// Adds the services that every process needs to follow the journal. The journal and the views must be registered already.
    /// </summary>
    public static IServiceCollection AddJournalFeed(this IServiceCollection services)
    {
        services.AddSingleton<IStreamStore, SqlStreamStore>();
        services.AddSingleton<HeldBack>();
        services.TryAddSingleton(provider => new JournalStores(provider.GetRequiredService<IJournalStore>()));
        services.AddSingleton<StreamMetrics>();
        services.AddSingleton<ConsumerServices>();
        services.AddSingleton<JournalFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalFeed>());
        return services;
    }

    /// <summary>Adds the persistent stream provider <see cref="StreamNames.Provider"/>.</summary>
    public static ISiloBuilder AddJournalStreams(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<ConsumerSubscriptions>();
        silo.AddPersistentStreams(StreamNames.Provider, JournalAdapterFactory.Create, provider =>
        {
            // Consumers keep their own checkpoints, so there are no subscriptions to store.
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
