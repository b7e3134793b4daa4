using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Granary.Programs.Tests.Operations;

/// <summary>What strangers can do to the process itself: its memory and its log.</summary>
public sealed class AbuseTests
{
    private const int Orders = 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_a_small_heap_the_product_stays_alive_under_held_bodies_and_answers_that_are_not_read()
    {
        // 256 MB; the variable is hexadecimal.
        await using var product = await ProductProcess.StartAsync(new("DOTNET_GCHeapHardLimit", "10000000"), new("Granary__Telemetry__Dashboard", "false"),
            new("Granary__Limits__MaxConnectionsPerNetwork", "0"));
        var sku = await product.Shop.Product();
        var customer = await product.Shop.Customer();
        var body = Encoding.ASCII.GetBytes(
            $"POST /orders HTTP/1.1\r\nHost: granary\r\nContent-Type: application/json\r\nContent-Length: 65000\r\n\r\n{new string(' ', 60_000)}");
        var answers = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /docs/scalar.js HTTP/1.1\r\nHost: granary\r\n\r\n", 4)));

        var callers = await Task.WhenAll(Enumerable.Range(0, 1_500).Select(i => Hold(product.Address, i % 5 == 0 ? answers : body)));
        var placed = 0;
        foreach (var _ in Enumerable.Range(0, Orders))
        {
            using var order = await customer.Order(null, (sku, 1));
            placed += order.StatusCode == HttpStatusCode.Created ? 1 : 0;
        }

        Assert.InRange((double)placed / Orders, 0.95, 1);
        Array.ForEach(callers, caller => caller.Dispose());
        using var stranger = Access.Client(product.Address);
        using var health = await stranger.GetAsync("/health/ready", Cancellation);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task A_thousand_bad_tokens_are_counted_and_add_no_more_than_a_few_lines_to_the_log()
    {
        await using var product = await ProductProcess.StartAsync(
            new("Granary__Telemetry__Dashboard", "false"), new("Granary__RateLimit__PermitsPerSecond", "0"), new("Serilog__MinimumLevel__Override__Microsoft", "Information"));
        using var client = Access.Client(product.Address);
        string[] bad = ["nonsense", "a.b.c", product.AdminToken[..^4] + "AAAA", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0."];
        var before = product.Lines.Count(IsOfTokens);

        foreach (var i in Enumerable.Range(0, 1_000))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/users/me");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + bad[i % bad.Length]);
            using var answer = await client.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        var metrics = await client.GetStringAsync("/metrics", Cancellation);
        var counted = metrics.Split('\n').Where(line => line.StartsWith("http_tokens_refused_total{", StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(1_000, counted);
        Assert.InRange(product.Lines.Count(IsOfTokens) - before, 0, 3);

        // The level that the test sets logs every request, which is what its operator asked for.
        static bool IsOfTokens(string line) => !line.Contains("Microsoft.AspNetCore.Hosting", StringComparison.Ordinal)
            && !line.Contains("Microsoft.AspNetCore.Routing", StringComparison.Ordinal);
    }

    private static async Task<Socket> Hold(Uri address, byte[] request)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096, SendBufferSize = 128 * 1024 };
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port, Cancellation);
            await socket.SendAsync(request, Cancellation);
        }
        catch (SocketException)
        {
            // The product has refused it, which is its right.
        }

        return socket;
    }
}
