namespace Granary.Orders;

/// <summary>What follows the events of orders: the index and the deadlines.</summary>
public static class OrderViews
{
    /// <summary>Registers it. The streams must be there already.</summary>
    public static IServiceCollection AddOrderViews(this IServiceCollection services)
    {
        services.AddSingleton<OrderIndex>();
        services.AddHostedService<DeadlineSweep>();
        services.AddSingleton<OrderTracker>();
        services.AddSingleton<IOrderTracker>(provider => provider.GetRequiredService<OrderTracker>());
        services.AddHostedService(provider => provider.GetRequiredService<OrderTracker>());
        return services;
    }
}
