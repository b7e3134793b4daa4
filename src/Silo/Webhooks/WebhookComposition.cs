using Granary.Hosting;
using Granary.Views;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Webhooks;

/// <summary>Composes the webhooks. The streams must be there already.</summary>
public static class WebhookComposition
{
    /// <summary>The key of their database: what is in it the journal could not tell again, so its commits are flushed.</summary>
    public const string Database = "webhooks";

    /// <summary>Adds them to a silo.</summary>
    /// <exception cref="InvalidConfigurationException">The configuration cannot be run with.</exception>
    public static IServiceCollection AddWebhooks(this IServiceCollection services, SiloOptions options, IConfiguration configuration)
    {
        services.AddSingleton(WebhookOptions.From(configuration));
        services.AddKeyedSingleton<IViewDatabase>(Database, (_, _) => options.Storage == StorageKind.PostgreSql
            ? new PostgreSqlViews(options.PostgreSql!, durable: true)
            : new SqliteViews(PrivateFile.At(Path.Combine(options.DataDirectory, "webhooks.db")), "SqliteWebhooks", durable: true));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, WebhookStartup>();
        services.TryAddSingleton<IHostResolver, SystemResolver>();
        services.AddSingleton<EndpointStore>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<DeliveryLog>();
        services.AddSingleton<TargetGuard>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<WebhookWake>();
        services.AddSingleton<WebhookDispatcher>();
        services.AddHostedService<WebhookDispatch>();
        return services;
    }

    /// <summary>Brings the tables to the newest schema once the journal's database is there, and before any grain is.</summary>
    private sealed class WebhookStartup([FromKeyedServices(Database)] IViewDatabase database) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
            nameof(WebhookStartup), ServiceLifecycleStage.RuntimeStorageServices + 1, database.MigrateAsync);
    }
}
