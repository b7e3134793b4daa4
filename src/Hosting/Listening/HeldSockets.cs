using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Granary.Hosting.Listening;

/// <summary>
/// Sockets that are bound before anything else starts and handed to their server when it listens. A port that another process listens
/// on is found first, and clients are refused until the server can answer them.
/// </summary>
internal sealed class HeldSockets : IDisposable
{
    private readonly ConcurrentDictionary<EndPoint, Socket> _sockets = new();

    /// <summary>Binds a socket. It shares its port with no socket that listens, but takes it over from closed connections at once.</summary>
    /// <returns>Where it is bound; with port 0, a free one.</returns>
    /// <exception cref="SocketException">Another process listens there, or this process may not.</exception>
    public IPEndPoint Bind(IPEndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        var bound = (IPEndPoint)socket.LocalEndPoint!;
        if (!_sockets.TryAdd(bound, socket))
        {
            socket.Dispose();
        }

        return bound;
    }

    /// <summary>Hands over the socket of an endpoint, listening; one that is not held is bound now.</summary>
    /// <exception cref="AddressInUseException">Another process listens there.</exception>
    public Socket Take(EndPoint endpoint)
    {
        try
        {
            var socket = _sockets.TryRemove(endpoint, out var held) ? held : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);

            // Two processes that start at the same moment can both bind the port, because SO_REUSEADDR is set; only one can listen.
            socket.Listen();
            return socket;
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(fault.Message, fault);
        }
    }

    /// <summary>Closes the sockets that were not handed over.</summary>
    public void Dispose()
    {
        foreach (var socket in _sockets.Values)
        {
            socket.Dispose();
        }
    }
}
