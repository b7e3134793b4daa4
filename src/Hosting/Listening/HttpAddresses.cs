using System.Net;
using System.Net.Sockets;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Granary.Hosting.Listening;

/// <summary>
/// Binds the addresses for HTTP before the silo starts. Kestrel binds them last, and a port that is taken would be found when the silo
/// has already joined its cluster.
/// </summary>
internal sealed class HttpAddresses(IConfiguration configuration) : IHostedService, IDisposable
{
    private readonly HeldSockets _sockets = new();

    /// <exception cref="InvalidConfigurationException">The process cannot listen on an address.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var address in ListenAddresses.From(configuration))
        {
            Bind(address);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _sockets.Dispose();

    /// <summary>Makes Kestrel listen on the sockets that are held.</summary>
    public void HandTo(SocketTransportOptions kestrel) => kestrel.CreateBoundListenSocket = _sockets.Take;

    private void Bind(ListenAddress listen)
    {
        var address = Parse(listen);

        // Kestrel itself chooses a free port for 0, and creates the file of a Unix socket.
        if (address.IsUnixPipe || address.IsNamedPipe || address.Port == 0)
        {
            return;
        }

        var hosts = HostsOf(address.Host);
        foreach (var host in hosts)
        {
            try
            {
                _sockets.Bind(new IPEndPoint(host, address.Port));
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new InvalidConfigurationException(listen.Key, $"names {listen.Address}, where another process listens.");
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AccessDenied || IPAddress.TryParse(address.Host, out _))
            {
                throw new InvalidConfigurationException(listen.Key, $"names {listen.Address}, where this process cannot listen: {fault.Message}.");
            }
            catch (SocketException)
            {
                // A machine without IPv6: Kestrel listens with IPv4 alone.
            }
        }
    }

    // Only the addresses of "urls" have passed the rule of a setting.
    private static BindingAddress Parse(ListenAddress listen)
    {
        try
        {
            var address = BindingAddress.Parse(listen.Address);
            if (address.IsUnixPipe || address.IsNamedPipe || address.Port <= IPEndPoint.MaxPort)
            {
                return address;
            }
        }
        catch (FormatException)
        {
            // Said below.
        }

        throw new InvalidConfigurationException(listen.Key, $"is '{listen.Address}', which is no address to listen on.");
    }

    /// <summary>The addresses that Kestrel binds for the host of a URL.</summary>
    private static IPAddress[] HostsOf(string host) => host switch
    {
        _ when host.Equals("localhost", StringComparison.OrdinalIgnoreCase) => [IPAddress.Loopback, IPAddress.IPv6Loopback],
        _ when IPAddress.TryParse(host, out var address) => [address],
        _ => [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any],
    };
}
