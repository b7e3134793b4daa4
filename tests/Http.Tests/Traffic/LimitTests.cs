using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;

namespace Granary.Http.Tests.Traffic;

/// <summary>The limits, on an application with low ones.</summary>
public sealed partial class LimitTests(LimitTests.TightApp tight) : IClassFixture<LimitTests.TightApp>
{
    private readonly GranaryApp _app = tight.App;

    [Fact]
    public async Task A_caller_who_sends_too_fast_is_told_when_to_continue_and_delays_no_other_caller()
    {
        var (hasty, calm) = (await Client(), await Client());
        HttpResponseMessage answer;
        var served = 0;
        while ((answer = await GetMe(hasty)).StatusCode == HttpStatusCode.OK && served++ < 100)
        {
            Assert.Matches(RateLimit(), Header(answer, "RateLimit"));
            Assert.Equal("\"caller\";q=5;w=5", Header(answer, "RateLimit-Policy"));
            answer.Dispose();
        }

        Assert.InRange(served, 5, 99);
        await answer.ExpectProblem(429, "too-many-requests");
        Assert.True(answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        Assert.StartsWith("\"caller\";r=0;t=", Header(answer, "RateLimit"), StringComparison.Ordinal);
        using var other = await GetMe(calm);
        await other.Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        using var client = await Client();

        using var answer = await client.PostJson("/orders", "{\"note\": \"" + new string('x', 65_537) + "\"}");

        await answer.ExpectProblem(413, "payload-too-large");
    }

    [Fact]
    public async Task A_request_whose_body_does_not_arrive_in_time_is_ended()
    {
        var token = _app.TokenOf(await _app.Register(Roles.Customer), Roles.Customer);

        var answer = await Exchange(
            $"POST /orders HTTP/1.1\r\nHost: granary\r\nAuthorization: Bearer {token}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"items\"",
            until: "/problems/request-timeout");

        Assert.True(answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), answer);
        Assert.Contains("/problems/request-timeout", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20_000, 1)]
    [InlineData(10, 100)]
    public async Task Headers_that_are_too_long_or_too_many_are_refused(int length, int count)
    {
        var headers = string.Concat(Enumerable.Range(0, count).Select(i => $"X-Header-{i}: {new string('x', length)}\r\n"));

        var answer = await Exchange($"GET /products HTTP/1.1\r\nHost: granary\r\n{headers}\r\n", until: "\r\n");

        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_tells_browsers_what_not_to_do_with_it()
    {
        using var client = _app.CreateClient();

        using var data = await client.GetAsync("/nowhere", TestContext.Current.CancellationToken);
        using var page = await client.GetAsync("/problems", TestContext.Current.CancellationToken);

        Assert.Equal("nosniff", Header(data, "X-Content-Type-Options"));
        Assert.Equal("DENY", Header(data, "X-Frame-Options"));
        Assert.Equal("no-referrer", Header(data, "Referrer-Policy"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", Header(data, "Content-Security-Policy"));
        Assert.StartsWith("default-src 'self'; ", Header(page, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.False(data.Headers.Contains("Server"));
    }

    [GeneratedRegex("^\"caller\";r=[0-4];t=[1-5]$")]
    private static partial Regex RateLimit();

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();

    private static Task<HttpResponseMessage> GetMe(HttpClient client) =>
        client.GetAsync("/users/me", TestContext.Current.CancellationToken);

    private async Task<HttpClient> Client() =>
        _app.CreateClient(_app.TokenOf(await _app.Register(Roles.Customer), Roles.Customer));

    // Sends what a well-behaved client library would not send.
    private async Task<string> Exchange(string request, string until)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _app.Address.Port, TestContext.Current.CancellationToken);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().Contains(until, StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
            if (read == 0)
            {
                break;
            }

            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }

    /// <summary>The application that all these tests share.</summary>
    public sealed class TightApp : IAsyncLifetime
    {
        public GranaryApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() => App = await GranaryApp.StartWith(
            "--Granary:RateLimit:PermitsPerSecond=1",
            "--Granary:RateLimit:Burst=5",
            "--Granary:Limits:RequestTimeout=00:00:02");

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
