using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Granary.Http.Tests;

namespace Granary.Http.Tests.Fuzz;

/// <summary>
/// Sends malformed requests to every endpoint. Whatever it sends, the server must answer with what its document promises,
/// without a 5xx and without internal details, and continue to run. The environment variable <c>FUZZ_SEED</c> chooses another
/// run than the default.
/// </summary>
public sealed partial class FuzzTests : IAsyncLifetime
{
    private const int Requests = 24_000;
    private const int Workers = 8;
    private const int UsualSeed = 20_261_124;

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW"];

    private static readonly string[] OddHeaders =
    [
        "If-Match", "If-None-Match", "Idempotency-Key", "X-Request-Id", "Authorization", "Accept", "Last-Event-ID", "Range", "Origin",
        "Cookie", "X-Forwarded-For", "Accept-Encoding", "traceparent",
    ];

    private static readonly string[] MediaTypes =
        ["text/plain", "application/json; charset=utf-16", "application/json; charset=x", "application/xml", "*/*", "json", "multipart/form-data"];

    private static readonly string[] Queries =
        ["limit", "cursor", "search", "status", "user_id", "from", "to", "sku", "unknown", ""];

    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentDictionary<string, int> _reached = new();
    private readonly ConcurrentDictionary<int, int> _statuses = new();
    private GranaryApp _app = null!;
    private Contract _contract = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        // Without the limits on load: deliberate shedding would hide failures.
        _app = await GranaryApp.StartWith("--Granary:RateLimit:PermitsPerSecond=0", "--Granary:LoadShedding:MaxConcurrent=0");
        _contract = await _app.Contract();
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            UseCookies = false,
        })
        {
            Timeout = TimeSpan.FromMinutes(1),
        };
    }

    [Fact]
    public async Task No_input_makes_the_server_fail_or_reveal_its_internals()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), CultureInfo.InvariantCulture, out var chosen)
            ? chosen
            : UsualSeed;
        TestContext.Current.TestOutputHelper?.WriteLine($"FUZZ_SEED={seed}");
        var targets = Target.All(_app);
        var scene = await Scene.Set(_app);

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(
            () => Attack(new Random(seed + worker), targets, scene), TestContext.Current.CancellationToken)));

        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Join(", ", _statuses.OrderBy(status => status.Key).Select(status => $"{status.Key}: {status.Value}")));

        Assert.True(_faults.IsEmpty, $"FUZZ_SEED={seed}\n{string.Join("\n", _faults.Take(20))}");
        Assert.Equal(Requests, _reached.Values.Sum());
        Assert.Empty(targets.Select(target => target.Pattern).Except(_reached.Keys));

        // Malformed, but valid enough that some requests get past validation.
        Assert.Empty(new[] { 200, 201, 400, 401, 403, 404, 405, 409, 415, 422 }.Except(_statuses.Keys));
        using var alive = await _client.GetAsync(new Uri(_app.Address, "/products"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private async Task Attack(Random random, IReadOnlyList<Target> targets, Scene scene)
    {
        for (var i = 0; i < Requests / Workers; i++)
        {
            var target = random.Pick(targets);
            while (target.IsSlow && !random.OneIn(8))
            {
                target = random.Pick(targets);
            }

            using var request = RequestTo(target, scene, random);
            var told = $"{request.Method} {request.RequestUri!.PathAndQuery}";
            try
            {
                using var response = await _client.SendAsync(
                    request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                await Judge(told, request, response);
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ResponseEnded
                || exception.InnerException is IOException)
            {
                // A body that is too large may be cut off before its refusal has been read. The last request shows whether the
                // server still runs.
            }

            _reached.AddOrUpdate(target.Pattern, 1, (_, count) => count + 1);
        }
    }

    private async Task Judge(string told, HttpRequestMessage request, HttpResponseMessage response)
    {
        var mediaType = response.Content.Headers.ContentType?.MediaType;
        if (mediaType is "text/event-stream" or "application/x-ndjson")
        {
            return;
        }

        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var status = (int)response.StatusCode;

        // The server refuses what is no HTTP before the application sees it, at any path, and closes the connection.
        if (!(status == 400 && response.Headers.ConnectionClose == true) && response.Headers.Contains("X-Request-Id")
            && _contract.Violation(request.Method, PathOf(request), status, mediaType, body) is { } violation)
        {
            _faults.Enqueue($"{told}: {violation}");
        }

        _statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
        if (status >= 500)
        {
            _faults.Enqueue($"{told}: {status} {body}");
        }
        else if (status >= 400 && body.Length > 0 && mediaType is not ("application/problem+json" or "text/plain") && !IsLogin(request, mediaType))
        {
            _faults.Enqueue($"{told}: {status} is not a problem but {mediaType}: {body}");
        }
        else if (mediaType is "application/problem+json" or "text/plain" && !IsMetrics(status, body) && Insides().IsMatch(body))
        {
            _faults.Enqueue($"{told}: {status} tells of the insides: {body}");
        }
    }

    /// <summary>The dashboard refuses a form by its page.</summary>
    private static bool IsLogin(HttpRequestMessage request, string? mediaType) =>
        mediaType == "text/html" && PathOf(request).StartsWith("/dashboard/", StringComparison.Ordinal);

    /// <summary>The metrics for Prometheus intentionally contain names of the runtime's and Orleans' instruments.</summary>
    private static bool IsMetrics(int status, string body) => status == 200 && body.StartsWith("# TYPE", StringComparison.Ordinal);

    /// <summary>The path as the server reads it, without dot segments, which the request has as they were made.</summary>
    private static string PathOf(HttpRequestMessage request) =>
        new Uri(request.RequestUri!.OriginalString.Replace("\\", "%5C", StringComparison.Ordinal)).AbsolutePath;

    private HttpRequestMessage RequestTo(Target target, Scene scene, Random random)
    {
        var method = random.OneIn(25) ? random.Pick(Methods) : target.Method;
        var path = scene.PathOf(target.Pattern, random);
        if (random.OneIn(6))
        {
            path = SpoilPath(path, random);
        }

        if (random.OneIn(4))
        {
            path += $"?{random.Pick(Queries)}={Mutation.OddText(random)}&{random.Pick(Queries)}={random.Next(-2, 200)}";
        }

        // Sent unchanged: the client must not normalise input that is meant to be malformed.
        var address = new Uri(
            _app.Address.GetLeftPart(UriPartial.Authority) + path.Replace("\u00e9\u00ff", "%C3%A9", StringComparison.Ordinal).Replace(' ', '+'),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (target.Example is not null || random.OneIn(10))
        {
            request.Content = new ByteArrayContent(Mutation.Body(random, target.Example));
            request.Content.Headers.TryAddWithoutValidation(
                "Content-Type", random.OneIn(15) ? random.Pick(MediaTypes) : "application/json");
        }

        if (random.OneIn(50))
        {
            request.Content?.Headers.TryAddWithoutValidation("Content-Encoding", random.OneIn(2) ? "gzip" : Mutation.OddText(random));
        }

        SetHeaders(request, scene, random);
        return request;
    }

    private static void SetHeaders(HttpRequestMessage request, Scene scene, Random random)
    {
        var token = random.Pick(scene.Tokens);
        if (random.OneIn(8))
        {
            var cut = random.Next(token.Length);
            token = token[..cut] + Mutation.OddText(random) + token[(random.OneIn(2) ? cut : Math.Min(token.Length, cut + 1))..];
        }

        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        if (random.OneIn(3))
        {
            var name = random.Pick(OddHeaders);
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, Mutation.OddText(random));
        }
    }

    private static string SpoilPath(string path, Random random)
    {
        var segments = path.Split('/');
        segments[random.Next(1, segments.Length)] = Mutation.OddText(random);
        return string.Join('/', segments);
    }

    [GeneratedRegex(@"\bat [\w.<>`]+\(|Exception\b|\bSystem\.\w|\bMicrosoft\.\w|\bOrleans\b|\bNpgsql|\bSQLite|\bGranary\.\w+\.\w|\.cs:line|insert into|select .* from", RegexOptions.IgnoreCase)]
    private static partial Regex Insides();
}
