using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests;

/// <summary>HEAD wherever GET is (RFC 9110, section 9.3.2): the same headers, no body, no waiting.</summary>
public sealed class HeadTests(GranaryApp app)
{
    // These differ from one request to the next, or a server may leave them out of an answer to HEAD.
    private static readonly string[] Volatile =
        ["Date", "X-Request-Id", "RateLimit", "Transfer-Encoding", "Content-Length", "Last-Modified", "Connection"];

    [Fact]
    public async Task HEAD_is_answered_like_GET_without_a_body()
    {
        var scene = await Scene();
        using var client = app.CreateClient(app.AdminToken);

        foreach (var path in PathsOf(scene, "GET"))
        {
            using var get = await client.SendJson(HttpMethod.Get, path);
            using var head = await client.SendJson(HttpMethod.Head, path);

            Assert.True(get.StatusCode == head.StatusCode, $"{path}: {get.StatusCode} and to HEAD {head.StatusCode}");
            Assert.True(HeadersOf(get) == HeadersOf(head), $"{path}: {HeadersOf(get)} and to HEAD {HeadersOf(head)}");
            Assert.True(
                head.Content.Headers.ContentLength is null or 0 || head.Content.Headers.ContentLength == get.Content.Headers.ContentLength,
                $"{path}: Content-Length {get.Content.Headers.ContentLength} and to HEAD {head.Content.Headers.ContentLength}");
            var wire = await Exchange(path);
            Assert.StartsWith($"HTTP/1.1 {(int)get.StatusCode} ", wire, StringComparison.Ordinal);
            Assert.EndsWith("\r\n\r\n", wire, StringComparison.Ordinal);
            Assert.Equal(wire.Length - 4, wire.IndexOf("\r\n\r\n", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task HEAD_is_known_wherever_GET_is()
    {
        var scene = await Scene();

        Assert.Equal(PathsOf(scene, "GET"), PathsOf(scene, "HEAD"));
    }

    [Fact]
    public async Task HEAD_tells_whether_a_version_is_known()
    {
        var (order, _) = await Scene();
        using var client = app.CreateClient(app.AdminToken);
        using var first = await client.SendJson(HttpMethod.Head, "/orders/" + order);

        using var again = await client.SendJson(HttpMethod.Head, "/orders/" + order, null, ("If-None-Match", first.Headers.ETag!.ToString()));

        Assert.Equal(System.Net.HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);
    }

    [Theory]
    [InlineData("/orders/none", 404)]
    [InlineData("/orders?limit=0", 400)]
    [InlineData("/users/me/nothing", 404)]
    [InlineData("/auth/token", 405)]
    public async Task A_problem_has_no_body_either(string path, int status)
    {
        using var client = app.CreateClient(app.AdminToken);

        using var head = await client.SendJson(HttpMethod.Head, path);

        Assert.Equal(status, (int)head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    private async Task<(string Order, string Sku)> Scene()
    {
        var shop = app.OpenShop();
        var sku = await shop.Product();
        return ((await (await shop.Customer()).Placed((sku, 1))).Text("id")!, sku);
    }

    private IReadOnlyList<string> PathsOf((string Order, string Sku) scene, string method) =>
    [
        .. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(method) == true)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/'))
            .Select(pattern => pattern.Replace("/orders/{id}", "/orders/" + scene.Order, StringComparison.Ordinal)
                .Replace("{sku}", scene.Sku, StringComparison.Ordinal)
                .Replace("{slug}", "validation", StringComparison.Ordinal)
                .Replace("{documentName}", "v1", StringComparison.Ordinal)
                .Replace("{documentName?}", "v1", StringComparison.Ordinal)
                .Replace("{**path}", "", StringComparison.Ordinal))

            // It redirects to the console.
            .Where(pattern => pattern != "/")

            // Without the slash it redirects, which a client follows without its token.
            .Select(pattern => pattern == "/dashboard" ? "/dashboard/" : pattern)
            .Select(pattern => pattern.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private static string HeadersOf(HttpResponseMessage answer) => string.Join("; ", answer.Headers.Concat(answer.Content.Headers)
        .Where(header => !Volatile.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
        .OrderBy(header => header.Key, StringComparer.Ordinal)
        .Select(header => $"{header.Key}: {string.Join(",", header.Value)}"));

    /// <summary>What is on the wire, to the end of the connection.</summary>
    private async Task<string> Exchange(string path)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(app.Address.Host, app.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"HEAD {path} HTTP/1.1\r\nHost: {app.Address.Authority}\r\nAuthorization: Bearer {app.AdminToken}\r\nCookie: granary_console={app.AdminToken}\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
