using System.Net.Sockets;
using System.Text;

namespace Granary.Testing;

/// <summary>A NATS server with JetStream for the tests: data in a temporary directory, a free port on the loopback interface.</summary>
public sealed class NatsServer : IAsyncDisposable
{
    private static readonly string[] Binaries = ["/usr/sbin/nats-server", "/usr/bin/nats-server"];

    private readonly string _directory = Directory.CreateTempSubdirectory("granary-nats-").FullName;
    private readonly int _port = ServerProcess.FreePort();
    private ServerProcess? _process;

    private NatsServer()
    {
    }

    /// <summary>Its address for clients.</summary>
    public string Url => $"nats://127.0.0.1:{_port}";

    /// <summary>Creates and starts a server.</summary>
    public static async Task<NatsServer> StartAsync()
    {
        var server = new NatsServer();
        try
        {
            await server.LaunchAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it at once, whatever it is doing: SIGKILL; then starts it again over the same directory.</summary>
    public async Task KillAndRestartAsync()
    {
        await EndAsync();
        await LaunchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task EndAsync()
    {
        if (_process is not null)
        {
            await _process.EndAsync("KILL");
            _process.Dispose();
            _process = null;
        }
    }

    private async Task LaunchAsync()
    {
        var binary = Binaries.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("These tests need NATS: no nats-server. ./test.sh installs it (Debian package nats-server).");
        _process = ServerProcess.Start(
            user: null, "KILL", binary, "--addr", "127.0.0.1", "--port", $"{_port}", "--jetstream", "--store_dir", _directory);
        await Eventually.HoldsAsync(
            async () =>
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"NATS did not start:\n{_process.Output}");
                }

                return await AnswersAsync();
            },
            "NATS answers");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", _port);
            using var lines = new StreamReader(client.GetStream(), Encoding.ASCII);
            return (await lines.ReadLineAsync())?.StartsWith("INFO ", StringComparison.Ordinal) == true;
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return false;
        }
    }
}
