using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Orders.Index;

namespace Granary.Grains.Orders;

/// <summary>Composes the services that follow the events of orders: the index and the deadlines.</summary>
public static class OrderViews
{
    /// <summary>Registers them. The streams must be registered already.</summary>
    public static IServiceCollection AddOrderViews(this IServiceCollection services)
    {
        services.AddOrderIndex();
        services.AddSingleton<OrderList>();
        services.AddHostedService<DeadlineSweep>();
        services.AddSingleton<OrderIndexFiller>();
        services.AddHostedService(provider => provider.GetRequiredService<OrderIndexFiller>());
        services.AddHostedService<PlacementNews>();
        return services;
    }

    /// <summary>Registers the index and its audit. The views' database must be registered already.</summary>
    public static IServiceCollection AddOrderIndex(this IServiceCollection services)
    {
        services.AddSingleton<OrderIndex>();
        services.AddSingleton<OrderCounts>();
        services.AddSingleton<OrderIndexAudit>();
        return services;
    }

    /// <summary>Registers the tracker, for every process that follows the journal.</summary>
    public static IServiceCollection AddOrderTracker(this IServiceCollection services)
    {
        services.AddSingleton<OrderTracker>();
        services.AddSingleton<IOrderTracker>(provider => provider.GetRequiredService<OrderTracker>());
        services.AddHostedService(provider => provider.GetRequiredService<OrderTracker>());
        return services;
    }
}
