using Granary.Streams.Views;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Grains.Webhooks;

/// <summary>Composes the webhooks. The streams must be registered already.</summary>
public static class WebhookComposition
{
    /// <summary>The key of their database: the journal cannot restore its content, so its commits are flushed.</summary>
    public const string Database = "webhooks";

    /// <summary>Adds the webhooks to a silo. The database <see cref="Database"/> must be registered already.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services, WebhookOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, WebhookStartup>();
        services.TryAddSingleton<IHostResolver, SystemResolver>();
        services.AddSingleton<EndpointStore>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<DeliveryLog>();
        services.AddSingleton<WebhookPost>();
        services.AddSingleton<TargetGuard>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<WebhookWake>();
        services.AddSingleton<WebhookDispatcher>();
        services.AddHostedService<WebhookDispatch>();
        return services;
    }

    /// <summary>Migrates the tables once the journal's database is available, and before any grain activates.</summary>
    private sealed class WebhookStartup([FromKeyedServices(Database)] IViewDatabase database) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
            nameof(WebhookStartup), ServiceLifecycleStage.RuntimeStorageServices + 1, database.MigrateAsync);
    }
}
