using Granary.Grains.Interfaces.Orders;
using Granary.Hosting.Settings;

namespace Granary.Hosting.Clustering;

/// <summary>Where the grains that a front end calls run.</summary>
public enum HostingKind
{
    /// <summary>In a silo in the same process, alone or in a cluster.</summary>
    CoHosted,

    /// <summary>In the silos of a cluster.</summary>
    Client,
}

/// <summary>Composes a front end's access to grains.</summary>
public static class GrainAccess
{
    /// <summary>Adds a silo or a client of a cluster, depending on <c>Granary:Hosting</c>.</summary>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static void AddGrains(this IHostApplicationBuilder builder)
    {
        var settings = builder.Settings();
        if (settings.Read(SettingKeys.Hosting) == HostingKind.Client)
        {
            builder.AddGranaryClusterClient();
            builder.Services.AddSingleton<IOrderPlacing, GrainPlacing>();
            builder.Services.AddSingleton<GatewayLosses>();
            builder.Services.AddSingleton<IClusterConnectionStatusObserver>(provider => provider.GetRequiredService<GatewayLosses>());
        }
        else
        {
            builder.AddGranarySilo();
            builder.Services.AddSingleton<IOrderPlacing, LocalPlacing>();
        }

        if (settings.Read(SettingKeys.Clustering) == ClusteringKind.Redis)
        {
            // A single silo fails together with its front end: there is no other silo to repeat a call to.
            builder.Services.AddSingleton<IOutgoingGrainCallFilter, RepeatedCalls>();
        }
    }
}
