using Granary.Grains.Interfaces.Feed;
using Granary.Journal;

namespace Granary.Grains.Feed;

/// <summary>Composes the feed of public events.</summary>
public static class EventFeedComposition
{
    /// <summary>Registers the feed, for every process that follows the journal.</summary>
    /// <param name="services">The journal and its feed must be registered already.</param>
    /// <param name="currency">ISO 4217 code of the deployment's currency.</param>
    public static IServiceCollection AddEventFeed(this IServiceCollection services, string currency)
    {
        services.AddSingleton(provider => new PublicEventReader(provider.GetRequiredService<IJournal>(), currency));
        services.AddSingleton<EventFeed>();
        services.AddSingleton<IEventFeed>(provider => provider.GetRequiredService<EventFeed>());
        services.AddHostedService(provider => provider.GetRequiredService<EventFeed>());
        return services;
    }
}
