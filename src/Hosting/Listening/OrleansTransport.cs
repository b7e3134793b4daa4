using Microsoft.AspNetCore.Connections;

namespace Granary.Hosting.Listening;

/// <summary>Replaces the transport of Orleans, which it registers under keys that it keeps to itself.</summary>
internal static class OrleansTransport
{
    /// <summary>Makes the silo that is composed listen with another transport, for silos and for clients.</summary>
    /// <param name="silo">The services of the silo.</param>
    /// <param name="factory">Makes the transport.</param>
    public static void ListenWith(this IServiceCollection silo, Func<IServiceProvider, IConnectionListenerFactory> factory) => Replace(silo, factory, 2);

    /// <summary>Makes the client or the silo that is composed connect with another transport.</summary>
    /// <param name="services">The services of the client or the silo.</param>
    /// <param name="factory">Makes the transport.</param>
    public static void ConnectWith(this IServiceCollection services, Func<IServiceProvider, IConnectionFactory> factory) => Replace(services, factory, 1);

    private static void Replace<T>(IServiceCollection services, Func<IServiceProvider, T> factory, int expected)
        where T : class
    {
        var found = services.Where(service => service.IsKeyedService && service.ServiceType == typeof(T)).ToList();
        if (found.Count != expected)
        {
            throw new InvalidOperationException($"Orleans has {found.Count} services {typeof(T).Name} instead of {expected}: they cannot be replaced.");
        }

        foreach (var service in found)
        {
            services.Remove(service);
            services.AddKeyedSingleton<T>(service.ServiceKey, (provider, _) => factory(provider));
        }
    }
}
