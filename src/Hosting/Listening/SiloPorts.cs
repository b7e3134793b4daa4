using System.Net;
using System.Net.Sockets;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Orleans.Networking.Shared;

namespace Granary.Hosting.Listening;

/// <summary>
/// The ports of a silo of a cluster, for other silos and for clients. Orleans' own listener sets SO_REUSEPORT: a second process could
/// listen on the same ports, and the kernel would spread connections over both. This process therefore listens with Kestrel's transport.
/// </summary>
internal sealed class SiloPorts : IHostedService, IDisposable
{
    private readonly HeldSockets _sockets = new();
    private readonly PlatformSettings _settings;

    /// <param name="settings">The ports; a free one is taken at once where a port is 0.</param>
    public SiloPorts(PlatformSettings settings)
    {
        _settings = settings;
        ListenAddress = settings.ListenOn == SiloListening.Any ? IPAddress.Any : settings.Address ?? throw new InvalidConfigurationException(
            SettingKeys.SiloAddress,
            "is missing; a silo of a cluster listens on the address that it publishes. With Granary:Silo:ListenOn Any it publishes the host's, "
            + "and listens on every one.");

        // Orleans announces the ports to others before it listens, so they must be known in advance.
        Silo = settings.SiloPort == 0 ? TakeFree() : settings.SiloPort;
        Gateway = settings.GatewayPort == 0 ? TakeFree() : settings.GatewayPort;
    }

    /// <summary>The address that the silo listens on.</summary>
    public IPAddress ListenAddress { get; }

    /// <summary>The port for other silos.</summary>
    public int Silo { get; }

    /// <summary>The port for clients of the cluster.</summary>
    public int Gateway { get; }

    /// <exception cref="InvalidConfigurationException">The process cannot listen on a port.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var port in (int[])[_settings.SiloPort, _settings.GatewayPort])
        {
            if (port != 0)
            {
                Bind(port);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _sockets.Dispose();

    /// <summary>Makes the silo that is composed listen on these ports.</summary>
    public void HandTo(IServiceCollection silo) => silo.ListenWith(provider => new SocketTransportFactory(
        Options.Create(Transport(provider.GetRequiredService<IOptions<SocketConnectionOptions>>().Value)),
        provider.GetRequiredService<ILoggerFactory>()));

    // Unbounded buffers, no delay, no lingering and the probes of idle connections are as in Orleans' own listener.
    private SocketTransportOptions Transport(SocketConnectionOptions orleans) => new()
    {
        MaxReadBufferSize = null,
        MaxWriteBufferSize = null,
        NoDelay = orleans.NoDelay,
        CreateBoundListenSocket = endpoint =>
        {
            var socket = Take((IPEndPoint)endpoint);
            socket.LingerState = new LingerOption(true, 0);
            if (orleans.KeepAlive)
            {
                // Connections have the options of the socket that accepted them.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, orleans.KeepAliveTimeSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, orleans.KeepAliveIntervalSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, orleans.KeepAliveRetryCount);
            }

            return socket;
        },
    };

    private int TakeFree()
    {
        try
        {
            return _sockets.Bind(new IPEndPoint(ListenAddress, 0)).Port;
        }
        catch (SocketException fault)
        {
            throw new InvalidConfigurationException(SettingKeys.SiloAddress, $"is {ListenAddress}, where this process cannot listen: {fault.Message}.");
        }
    }

    private void Bind(int port)
    {
        try
        {
            _sockets.Bind(new IPEndPoint(ListenAddress, port));
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw Taken(port);
        }
        catch (SocketException fault)
        {
            throw new InvalidConfigurationException(KeyOf(port), $"is {port}, where this process cannot listen on {ListenAddress}: {fault.Message}.");
        }
    }

    private Socket Take(IPEndPoint endpoint)
    {
        try
        {
            return _sockets.Take(endpoint);
        }
        catch (AddressInUseException)
        {
            throw Taken(endpoint.Port);
        }
    }

    private InvalidConfigurationException Taken(int port) => new(KeyOf(port), $"is {port}, where another process listens.");

    private SettingKey<int> KeyOf(int port) => port == Gateway ? SettingKeys.GatewayPort : SettingKeys.SiloPort;
}
