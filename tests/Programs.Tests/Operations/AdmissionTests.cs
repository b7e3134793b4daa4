using System.Net;
using System.Net.Sockets;
using System.Text;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Granary.Programs.Tests.Operations;

/// <summary>The admission queue of the running product, which has one turn here.</summary>
public sealed class AdmissionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_who_hangs_up_leaves_the_queue_at_once()
    {
        await using var product = await OneTurnAsync("--Granary:LoadShedding:MaxQueued=10");
        await HoldTurnAsync(product);
        using var impatient = await SendAsync(product, "GET /products HTTP/1.1\r\nHost: granary\r\n\r\n");
        await BecomesAsync(product, executing: 1, waiting: 1);

        impatient.Close();

        await BecomesAsync(product, executing: 1, waiting: 0);
    }

    [Fact]
    public async Task Requests_that_wait_when_the_product_is_told_to_stop_are_still_served()
    {
        await using var product = await OneTurnAsync("--Granary:LoadShedding:MaxQueued=10");
        var admission = await HoldTurnAsync(product);
        using var client = product.Client();
        var waiting = client.GetAsync("/products", Cancellation);
        await BecomesAsync(product, executing: 1, waiting: 1);

        var stopping = product.Services.GetRequiredService<IHost>().StopAsync(Cancellation);
        admission.Leave();

        using var answer = await waiting;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await stopping;
    }

    [Fact]
    public async Task Health_metrics_and_dashboard_answer_when_no_other_request_is_admitted()
    {
        await using var product = await OneTurnAsync("--Granary:LoadShedding:MaxQueued=0");
        await HoldTurnAsync(product);
        using var client = product.Client();
        using var admin = product.Client(product.TokenOf(UserId.From("admin"), Roles.Admin));

        using var shed = await client.GetAsync("/products", Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, shed.StatusCode);
        Assert.InRange(shed.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.Contains("/problems/overloaded", await shed.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        foreach (var path in (string[])["/health/live", "/health/ready", "/metrics", "/dashboard/", "/dashboard/login"])
        {
            using var answer = await admin.GetAsync(path, Cancellation);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Connections_beyond_those_allowed_are_closed_and_the_others_served()
    {
        await using var product = await OneTurnAsync("--Granary:Limits:MaxConnections=2", "--Granary:Limits:MaxConnectionsPerNetwork=0");
        using var first = await SendAsync(product, "");
        using var second = await SendAsync(product, "");
        var request = "GET /health/live HTTP/1.1\r\nHost: granary\r\n\r\n"u8.ToArray();
        await first.GetStream().WriteAsync(request, Cancellation);
        Assert.StartsWith("HTTP/1.1 200", await ReadAsync(first), StringComparison.Ordinal);
        await second.GetStream().WriteAsync(request, Cancellation);
        Assert.StartsWith("HTTP/1.1 200", await ReadAsync(second), StringComparison.Ordinal);

        using var third = await SendAsync(product, "");
        Assert.Equal("", await ReadAsync(third));

        first.Close();
        await Eventually.HoldsAsync(
            async () =>
            {
                using var fourth = await SendAsync(product, "");
                await fourth.GetStream().WriteAsync(request, Cancellation);
                return (await ReadAsync(fourth)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
            },
            "the place of a connection that was closed is free",
            cancellation: Cancellation);
    }

    private static Task<Product> OneTurnAsync(params string[] settings) =>
        Product.StartAsync(["--Granary:LoadShedding:MaxConcurrent=1", "--Granary:Limits:RequestTimeout=00:05:00", .. settings]);

    /// <summary>Takes the turn, as a request does that is being worked on.</summary>
    private static async Task<Admission> HoldTurnAsync(Product product)
    {
        var admission = product.Services.GetRequiredService<Admission>();
        await Eventually.HoldsAsync(admission.TryEnter, "the turn is free", cancellation: Cancellation);
        return admission;
    }

    private static async Task<TcpClient> SendAsync(Product product, string request)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, product.Address.Port, Cancellation);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        return client;
    }

    /// <summary>The next data from the server; empty once it has closed the connection.</summary>
    private static async Task<string> ReadAsync(TcpClient client)
    {
        var buffer = new byte[4_096];
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, Cancellation));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static Task BecomesAsync(Product product, int executing, int waiting)
    {
        var admission = product.Services.GetRequiredService<Admission>();
        return Eventually.HoldsAsync(
            () => (admission.Executing, admission.Waiting) == (executing, waiting),
            $"{executing} worked on, {waiting} waiting",
            cancellation: Cancellation);
    }
}
