using Granary.Hosting.Settings;
using Orleans.Configuration;

namespace Granary.Hosting.Clustering;

/// <summary>Secures the connections of a cluster: Orleans itself authenticates neither silos nor clients.</summary>
internal static class TlsSetup
{
    /// <summary>Adds the certificates; called before the silo or the client is added, which needs them when it starts.</summary>
    public static void AddClusterCertificates(this IServiceCollection services, SiloTls? files)
    {
        if (files is not null)
        {
            services.AddSingleton(files);
            services.AddSingleton<ClusterCertificates>();
            services.AddHostedService(provider => provider.GetRequiredService<ClusterCertificates>());
        }
    }

    /// <summary>Has a silo accept from, and connect to, processes of its cluster only.</summary>
    public static void UseClusterCertificates(this ISiloBuilder silo) => silo.Services.AddOptions<SiloConnectionOptions>()
        .Configure<ClusterCertificates>((connections, certificates) =>
        {
            connections.ConfigureSiloInboundConnection(connection => connection.UseServerTls(certificates.Options()));
            connections.ConfigureGatewayInboundConnection(connection => connection.UseServerTls(certificates.Options()));
            connections.ConfigureSiloOutboundConnection(connection => connection.UseClientTls(certificates.Options()));
        });

    /// <summary>Has a client connect to silos of its cluster only.</summary>
    public static void UseClusterCertificates(this IClientBuilder client) => client.Services.AddOptions<ClientConnectionOptions>()
        .Configure<ClusterCertificates>((connections, certificates) =>
            connections.ConfigureConnection(connection => connection.UseClientTls(certificates.Options())));
}
