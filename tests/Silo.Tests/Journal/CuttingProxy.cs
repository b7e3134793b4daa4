using System.Net;
using System.Net.Sockets;

namespace Granary.Silo.Tests.Journal;

/// <summary>
/// A TCP proxy before a server that can drop the server's responses, which makes the outcome of a statement unknown to its
/// client.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Task _accepting;
    private int _cuts;
    private int _lost;

    public CuttingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many responses were dropped.</summary>
    public int Lost => _lost;

    /// <summary>Drops the next response of the server, on any connection, and cuts that connection.</summary>
    public void LoseNextAnswer() => Interlocked.Exchange(ref _cuts, 1);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The listener was stopped: the test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target);
                await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), AnswerAsync(server.GetStream(), client.GetStream()));
            }
            catch (Exception cut) when (cut is IOException or SocketException)
            {
                // One side closed; closing both ends passes that on.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream server, NetworkStream client)
    {
        var buffer = new byte[64 * 1024];
        while (await server.ReadAsync(buffer) is > 0 and var count)
        {
            if (Interlocked.Exchange(ref _cuts, 0) == 1)
            {
                Interlocked.Increment(ref _lost);
                return;
            }

            await client.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
