using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Granary.Http.Tests;

/// <summary>Requests that the server refuses before the application sees them are answered with a problem like all others.</summary>
public sealed class RejectedRequestTests(GranaryApp app)
{
    public static TheoryData<string, int, string> Rejected => new()
    {
        { "nonsense\r\n\r\n", 400, "validation" },
        { "GET\r\n\r\n", 400, "validation" },
        { "GET /orders\r\n\r\n", 400, "validation" },
        { "GET /products HTTP/7.3\r\n\r\n", 505, "http-version-not-supported" },
        { "GET /orders/%00 HTTP/1.1\r\nHost: granary\r\n\r\n", 400, "validation" },
        { "GET /orders/%2 HTTP/1.1\r\n\r\n", 400, "validation" },
        { "GET /products HTTP/1.1\r\n\r\n", 400, "validation" },
        { "GET /products HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "validation" },
        { "GET /products HTTP/1.1\r\nHost: granary\r\nno colon\r\n\r\n", 400, "validation" },
        { "POST /products HTTP/1.1\r\nHost: granary\r\nContent-Length: many\r\n\r\n", 400, "validation" },
        { "POST /products HTTP/1.0\r\nHost: granary\r\n\r\n", 400, "validation" },
        { $"GET /{new string('a', 9_000)} HTTP/1.1\r\n\r\n", 414, "uri-too-long" },
        { $"GET /products HTTP/1.1\r\nHost: granary\r\nX-Long: {new string('a', 20_000)}\r\n\r\n", 431, "headers-too-large" },
        { $"GET /products HTTP/1.1\r\nHost: granary\r\n{string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: 1\r\n"))}\r\n", 431, "headers-too-large" },
    };

    [Theory]
    [MemberData(nameof(Rejected))]
    public async Task A_request_that_the_server_refuses_is_answered_with_a_problem(string request, int status, string slug)
    {
        var (line, headers, body) = Parse(await Exchange(request));

        Assert.StartsWith($"HTTP/1.1 {status} ", line, StringComparison.Ordinal);
        Assert.Equal(("application/problem+json", "close", "nosniff"), (headers["Content-Type"], headers["Connection"], headers["X-Content-Type-Options"]));
        Assert.Equal(body.Length, int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture));
        using var problem = JsonDocument.Parse(body);
        Assert.Equal(("/problems/" + slug, status), (problem.RootElement.Text("type"), (int)problem.RootElement.Number("status")));
        Assert.Equal(headers["X-Request-Id"], problem.RootElement.Text("request_id"));
        Assert.True(headers["X-Request-Id"].Length == 32 && headers.ContainsKey("Date"));
        Assert.Equal(slug == "validation", problem.RootElement.TryGetProperty("errors", out var errors) && errors.TryGetProperty("request", out _));
    }

    [Fact]
    public async Task The_id_of_the_caller_is_kept_where_the_server_has_read_it()
    {
        var (_, headers, body) = Parse(await Exchange("GET /products HTTP/1.1\r\nX-Request-Id: mine-1\r\nHost: granary\r\nno colon\r\n\r\n"));

        Assert.Equal("mine-1", headers["X-Request-Id"]);
        Assert.Contains("\"request_id\":\"mine-1\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_HEAD_has_no_body()
    {
        var (line, headers, body) = Parse(await Exchange("HEAD /products HTTP/1.1\r\nHost: granary\r\nno colon\r\n\r\n"));

        Assert.StartsWith("HTTP/1.1 400 ", line, StringComparison.Ordinal);
        Assert.Equal("application/problem+json", headers["Content-Type"]);
        Assert.Empty(body);
    }

    [Fact]
    public async Task Answers_before_the_refused_request_arrive_in_full()
    {
        var answers = await Exchange(
            "GET /problems HTTP/1.1\r\nHost: granary\r\n\r\nGET /health/live HTTP/1.1\r\nHost: granary\r\n\r\nnonsense\r\n\r\n");

        Assert.Equal(2, answers.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Contains("</html>", answers, StringComparison.Ordinal);
        Assert.Equal(1, answers.Split("HTTP/1.1 400 Bad Request").Length - 1);
        Assert.EndsWith("}", answers, StringComparison.Ordinal);
    }

    private static (string Line, Dictionary<string, string> Headers, string Body) Parse(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = answer[..end].Split("\r\n");
        return (
            lines[0],
            lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(header => header[0], header => header[1], StringComparer.OrdinalIgnoreCase),
            answer[(end + 4)..]);
    }

    /// <summary>Sends bytes as they are, and returns what comes until the server closes the connection.</summary>
    private async Task<string> Exchange(string request)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(app.Address.Host, app.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
