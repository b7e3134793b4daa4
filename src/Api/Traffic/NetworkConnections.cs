using System.Net;
using Granary.Hosting.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Granary.Api.Traffic;

/// <summary>
/// Bounds the connections of one network, so that one address cannot take those of all others. Trusted proxies are not counted, because
/// their connections carry the requests of many callers; nor are the ports reserved for health and metrics, which strangers do not reach.
/// </summary>
public sealed class NetworkConnections(TrafficOptions options, ReservedPorts reserved)
{
    private const int Share = 4;

    private Places _places = new(0);

    /// <summary>Counts the connections of an endpoint; closes those beyond the bound at once.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="affordable">The connections of all networks that the process can afford: one network has a quarter, unless it is set.</param>
    public void Bound(ListenOptions endpoint, long affordable)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        _places = new(options.MaxConnectionsPerNetwork ?? (int)Math.Max(1, affordable / Share));
        if (endpoint.IPEndPoint is { } address && !reserved.Contains(address.Port))
        {
            endpoint.Use(next => connection => ServeAsync(connection, next));
        }
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var client } || IsProxy(client))
        {
            await next(connection);
            return;
        }

        var network = NetworkOf.Client(client);
        if (!_places.TryEnter(network))
        {
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            _places.Leave(network);
        }
    }

    private bool IsProxy(IPAddress client)
    {
        var address = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        return options.TrustedProxies.Any(network => network.Contains(address));
    }
}
