using System.Net;

namespace Granary.Http.Tests.Traffic;

/// <summary>Scripts of other origins (CORS): those of <c>Granary:Cors:Origins</c> may call, and nobody else's.</summary>
public sealed class CrossOriginTests(CrossOriginTests.OpenApp open, GranaryApp closed) : IClassFixture<CrossOriginTests.OpenApp>
{
    private const string Shop = "https://shop.example";
    private const string Stranger = "https://evil.example";

    [Theory]
    [InlineData("POST", "authorization,content-type,idempotency-key")]
    [InlineData("PUT", "authorization,content-type,if-match,if-none-match")]
    [InlineData("DELETE", "authorization,if-match,x-request-id")]
    public async Task A_preflight_of_a_configured_origin_permits_methods_and_headers(string method, string headers)
    {
        using var answer = await Preflight(open.App, Shop, method, headers);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(Shop, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Contains(method, Header(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Equal(headers, Header(answer, "Access-Control-Allow-Headers"));
        Assert.Equal("600", Header(answer, "Access-Control-Max-Age"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_preflight_of_another_origin_permits_nothing()
    {
        using var answer = await Preflight(open.App, Stranger, "POST", "authorization");

        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control-Allow", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Without_origins_a_preflight_is_refused_and_the_setting_is_named()
    {
        using var answer = await Preflight(closed, Shop, "POST", "authorization");

        Assert.Contains("Granary:Cors:Origins", (await answer.ExpectProblem(405, "method-not-allowed")).Text("detail"), StringComparison.Ordinal);
        using var simple = await Get(closed, Shop, "/products");
        Assert.DoesNotContain(simple.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(Shop, true)]
    [InlineData(Stranger, false)]
    public async Task A_script_reads_answers_and_refusals_of_its_own_origin_alone(string origin, bool permitted)
    {
        foreach (var path in new[] { "/products", "/products/none", "/users/me", "/nowhere" })
        {
            using var answer = await Get(open.App, origin, path);

            Assert.Equal(permitted, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) && allowed.Single() == origin);
            if (permitted)
            {
                Assert.Equal(
                    ["Allow", "ETag", "Granary-Position", "Granary-Read-From", "Idempotent-Replayed", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Request-Id"],
                    Header(answer, "Access-Control-Expose-Headers").Split(',').Order(StringComparer.Ordinal));
            }
        }
    }

    [Fact]
    public async Task A_script_reads_that_the_server_is_overloaded_and_when_to_come_back()
    {
        var admission = (Api.Traffic.Admission)open.App.Services.GetService(typeof(Api.Traffic.Admission))!;
        await open.App.Contract();
        while (!admission.TryEnter())
        {
            await Task.Yield();
        }

        try
        {
            using var answer = await Get(open.App, Shop, "/products");

            await answer.ExpectProblem(503, "overloaded");
            Assert.Equal(Shop, Header(answer, "Access-Control-Allow-Origin"));
            using var preflight = await Preflight(open.App, Shop, "POST", "authorization");
            Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        }
        finally
        {
            admission.Leave();
        }
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(",", answer.Headers.GetValues(name));

    private static async Task<HttpResponseMessage> Preflight(GranaryApp app, string origin, string method, string headers)
    {
        using var client = app.CreateClient();
        return await client.SendJson(
            HttpMethod.Options, "/orders/1", null,
            ("Origin", origin), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", headers));
    }

    private static async Task<HttpResponseMessage> Get(GranaryApp app, string origin, string path)
    {
        using var client = app.CreateClient();
        return await client.SendJson(HttpMethod.Get, path, null, ("Origin", origin));
    }

    /// <summary>An application that one origin may call, and that works on one request at a time.</summary>
    public sealed class OpenApp : IAsyncLifetime
    {
        public GranaryApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() => App = await GranaryApp.StartWith(
            $"--Granary:Cors:Origins={Shop}", "--Granary:LoadShedding:MaxConcurrent=1", "--Granary:LoadShedding:MaxQueued=0");

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
