using System.Net;
using System.Net.Sockets;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Granary.Hosting.Listening;

/// <summary>
/// The only way into a silo that is alone: a Unix socket in the data directory, which only its owner can open. Commands that need the
/// running product connect here. Orleans authenticates no client, so a port would let every user of the machine call every grain.
/// </summary>
internal static partial class CommandSocket
{
    /// <summary>The port that stands for the socket in Orleans' addresses. No process listens on it.</summary>
    public const int Gateway = 30_000;

    /// <summary>The port that stands for the silo in Orleans' addresses. No process listens on it: there is no other silo.</summary>
    public const int Silo = 11_111;

    private const string FileName = "granary.sock";

    /// <summary>The file of the socket.</summary>
    public static string PathIn(PlatformSettings settings) => Path.Combine(settings.DataDirectory, FileName);

    /// <summary>Opens a connection to the product that runs over the data directory.</summary>
    /// <exception cref="SocketException">No product listens there, or it is another user's.</exception>
    /// <exception cref="InvalidConfigurationException">The path is too long for a socket.</exception>
    public static async Task<Socket> ConnectAsync(PlatformSettings settings, CancellationToken cancellationToken)
    {
        var endpoint = EndpointOf(settings) ?? throw new InvalidConfigurationException(
            SettingKeys.DataDirectory, $"is '{settings.DataDirectory}', which is too long a path for a Unix socket: no command can reach the running product.");
        var socket = New();
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Where the socket is; null where the operating system takes no path as long.</summary>
    private static UnixDomainSocketEndPoint? EndpointOf(PlatformSettings settings)
    {
        try
        {
            return new UnixDomainSocketEndPoint(PathIn(settings));
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>Connects a command's client.</summary>
    internal sealed class Connections(PlatformSettings settings, ILoggerFactory loggers) : IConnectionFactory, IDisposable
    {
        private readonly SocketConnectionContextFactory _contexts = new(new SocketConnectionFactoryOptions(), loggers.CreateLogger<Connections>());

        /// <inheritdoc/>
        public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            _contexts.Create(await CommandSocket.ConnectAsync(settings, cancellationToken));

        /// <inheritdoc/>
        public void Dispose() => _contexts.Dispose();
    }

    /// <summary>Listens for commands. For other silos it does not listen at all.</summary>
    internal sealed partial class Listeners(PlatformSettings settings, ILoggerFactory loggers) : IConnectionListenerFactory
    {
        private readonly ILogger _log = loggers.CreateLogger<Listeners>();

        /// <inheritdoc/>
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            if (endpoint is not IPEndPoint { Port: Gateway })
            {
                return new(new Silence(endpoint));
            }

            try
            {
                var path = EndpointOf(settings) ?? throw new PathTooLongException("The path is too long for a Unix socket.");
                var sockets = new SocketTransportFactory(
                    Options.Create(new SocketTransportOptions { MaxReadBufferSize = null, MaxWriteBufferSize = null, CreateBoundListenSocket = _ => Bind(path) }),
                    loggers);
                return sockets.BindAsync(path, cancellationToken);
            }
            catch (Exception fault) when (fault is SocketException or IOException or UnauthorizedAccessException)
            {
                // A directory that cannot be written, another product over it, a path that is too long: only these commands need the socket.
                NoCommands(PathIn(settings), fault.Message);
                return new(new Silence(endpoint));
            }
        }

        /// <summary>Binds the socket. No process can connect before it listens, so none can before the mode is set.</summary>
        private Socket Bind(UnixDomainSocketEndPoint path)
        {
            DataDirectory.Create(settings.DataDirectory);
            if (IsTaken(path))
            {
                throw new IOException("Another process listens there.");
            }

            // A process that was killed leaves the file.
            File.Delete(PathIn(settings));
            var socket = New();
            try
            {
                socket.Bind(path);
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(PathIn(settings), UnixFileMode.UserRead | UnixFileMode.UserWrite);
                }

                return socket;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        private static bool IsTaken(UnixDomainSocketEndPoint path)
        {
            using var probe = New();
            try
            {
                probe.Connect(path);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }

        [LoggerMessage(Level = LogLevel.Warning, Message = "Commands cannot reach this process: {Path} cannot be listened on. {Fault}")]
        private partial void NoCommands(string path, string fault);
    }

    /// <summary>A listener that accepts no connection.</summary>
    private sealed class Silence(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new(_end.Task);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _end.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
