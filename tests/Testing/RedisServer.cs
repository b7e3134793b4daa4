using System.Net.Sockets;
using System.Text;

namespace Granary.Testing;

/// <summary>
/// A Redis server for the tests, with an append-only file: data in a temporary directory, a free port on the loopback interface.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string User = "redis";
    private const string Binary = "/usr/bin/redis-server";

    private readonly string _directory = Directory.CreateTempSubdirectory("granary-redis-").FullName;
    private readonly int _port = ServerProcess.FreePort();
    private ServerProcess? _process;

    private RedisServer()
    {
    }

    /// <summary>The port on the loopback interface.</summary>
    public int Port => _port;

    /// <summary>The connection string for StackExchange.Redis.</summary>
    public string ConnectionString => $"127.0.0.1:{_port}";

    /// <summary>Creates and starts a server.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        if (!File.Exists(Binary))
        {
            throw new InvalidOperationException($"These tests need Redis: no {Binary}. ./test.sh installs it (Debian package redis-server).");
        }

        var server = new RedisServer();
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await ServerProcess.RunAsync("root", "chown", User, server._directory);
            }

            await server.LaunchAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Restarts the server; it reads acknowledged writes back from its append-only file.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await LaunchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Stops the server until <see cref="RestartAsync"/>.</summary>
    public async Task StopAsync()
    {
        if (_process is not null)
        {
            await _process.EndAsync("TERM");
            _process.Dispose();
            _process = null;
        }
    }

    private async Task LaunchAsync()
    {
        _process = ServerProcess.Start(
            User,
            "TERM",
            Binary, "--port", $"{_port}", "--bind", "127.0.0.1", "--dir", _directory, "--save", "", "--appendonly", "yes", "--appendfsync", "always");
        await Eventually.HoldsAsync(
            async () =>
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"Redis did not start:\n{_process.Output}");
                }

                return await AnswersAsync();
            },
            "Redis answers");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", _port);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[7];
            await stream.ReadExactlyAsync(answer);
            return Encoding.ASCII.GetString(answer) == "+PONG\r\n";
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return false;
        }
    }
}
