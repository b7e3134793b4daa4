using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Granary.Http.Tests.Traffic;

/// <summary>A caller that sends what a well-behaved client library would not, and reads only when told to.</summary>
internal sealed class RawCaller : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };

    private bool _isClosed;

    private RawCaller()
    {
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Connects and sends this.</summary>
    public static async Task<RawCaller> SendAsync(Uri address, string request)
    {
        var caller = new RawCaller();
        try
        {
            await caller._socket.ConnectAsync(IPAddress.Loopback, address.Port, Cancellation);
            await caller._socket.SendAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        }
        catch (SocketException)
        {
            // The server has closed the connection at once.
            caller._isClosed = true;
        }

        return caller;
    }

    /// <summary>A client whose connections come from another network: another address of the loopback interface.</summary>
    public static HttpClient ElsewhereOf(Uri address, string token)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    /// <summary>Whether the server has closed the connection or answered.</summary>
    public bool HasAnswer => _isClosed || _socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Reads what the server sends until this text, or until it closes the connection.</summary>
    public async Task<string> ReadUntilAsync(string end)
    {
        var answer = new StringBuilder();
        var buffer = new byte[4_096];
        try
        {
            for (int read; !answer.ToString().Contains(end, StringComparison.Ordinal) && (read = await _socket.ReceiveAsync(buffer, Cancellation)) > 0;)
            {
                answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // Reset by the server.
        }

        return answer.ToString();
    }

    public void Dispose() => _socket.Dispose();
}
