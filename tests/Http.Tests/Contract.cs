using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;

namespace Granary.Http.Tests;

/// <summary>
/// What the OpenAPI document promises: which statuses, problem types and media types each operation answers with, and what the
/// bodies look like.
/// </summary>
public sealed class Contract
{
    private const string Problem = "application/problem+json";
    private const string ProblemPages = "/problems/";

    // JsonSchema.Net 8 puts every schema that it builds into a dictionary that bears one thread only (json-everything issue 999).
    private static readonly Lock Building = new();

    private readonly JsonNode _document;
    private readonly List<(Regex Path, JsonObject Methods)> _paths;
    private readonly ConcurrentDictionary<string, JsonSchema> _schemas = new();

    public Contract(string document)
    {
        // JSON Schema itself knows $defs, not the components of OpenAPI, which hold the same.
        _document = JsonNode.Parse(document.Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal))!;
        _paths = [.. _document["paths"]!.AsObject()
            .OrderBy(path => path.Key.Contains('{', StringComparison.Ordinal))
            .Select(path => (Matching(path.Key), path.Value!.AsObject()))];
    }

    /// <summary>Every answer that is promised.</summary>
    public IEnumerable<Promise> Promises =>
        from path in _paths
        from method in path.Methods
        let name = NameOf(method.Value!)
        from response in method.Value!["responses"]!.AsObject()
        from answer in SlugsOf(response.Value!) is { Count: > 0 } slugs ? slugs : [""]
        select new Promise(name, int.Parse(response.Key, CultureInfo.InvariantCulture), answer);

    /// <summary>The promise that an answer keeps, or null when its path and method are not in the document.</summary>
    public Promise? Kept(HttpMethod method, string path, int status, string? mediaType, string body) =>
        method != HttpMethod.Head && OperationOf(method, path) is { } operation
            ? new Promise(NameOf(operation), status, mediaType == Problem ? SlugOf(body) : "")
            : null;

    /// <summary>How an answer breaks the promise, or null when it keeps it.</summary>
    /// <param name="body">The body; null when it was not read because it does not end.</param>
    public string? Violation(HttpMethod method, string path, int status, string? mediaType, string? body)
    {
        if (OperationOf(method, path) is not { } operation)
        {
            // An unknown path or method, an address that is too long, or a browser's preflight, has no operation to keep to; the tests of
            // those look at the problem themselves.
            return status is 404 or 405 or 414 || method == HttpMethod.Options || IsUndescribed(path) ? null : $"{status} of {method} {path}, which is not in the document";
        }

        var where = $"{method} {path} {status}";
        if (operation["responses"]?[status.ToString(CultureInfo.InvariantCulture)] is not { } response)
        {
            return $"{where}: the document does not know this answer: {body}";
        }

        if (method == HttpMethod.Head)
        {
            return body is "" ? null : $"{where}: an answer to HEAD has no body";
        }

        if (body is "")
        {
            return response["content"] is null ? null : $"{where}: a body was promised";
        }

        if (response["content"]?[mediaType ?? ""] is not { } content)
        {
            return $"{where}: the document does not know a body of type {mediaType}";
        }

        if (mediaType == Problem && !SlugsOf(response).Contains(SlugOf(body!)))
        {
            return $"{where}: the document does not know this problem here: {body}";
        }

        return body is not null && content["schema"] is { } schema ? Mismatch(where, schema, body) : null;
    }

    /// <summary>A header that the document says every such answer has, and this one has not; null where it has all.</summary>
    public string? MissingHeader(HttpMethod method, string path, int status, Func<string, bool> has) =>
        OperationOf(method, path)?["responses"]?[status.ToString(CultureInfo.InvariantCulture)]?["headers"]?.AsObject()
            .Where(header => header.Value!["required"]?.GetValue<bool>() == true && !has(header.Key))
            .Select(header => $"{method} {path} {status}: the header {header.Key} was promised").FirstOrDefault();

    // HEAD has the answers of GET, which the document does not repeat.
    private JsonNode? OperationOf(HttpMethod method, string path)
    {
        var name = method == HttpMethod.Head ? "get" : method.Method.ToLowerInvariant();
        // Routing chooses by path and method: PUT /orders/export is PUT /orders/{id}, which has no such order.
        return _paths.Find(candidate => candidate.Path.IsMatch(path) && candidate.Methods?[name] is not null).Methods?[name];
    }

    private static string NameOf(JsonNode operation) => operation["operationId"]!.GetValue<string>();

    private static List<string> SlugsOf(JsonNode response) =>
        [.. response["content"]?[Problem]?["examples"]?.AsObject().Select(example => example.Key) ?? []];

    private static string SlugOf(string body) =>
        JsonNode.Parse(body)?["type"]?.GetValue<string>() is { } type && type.StartsWith(ProblemPages, StringComparison.Ordinal)
            ? type[ProblemPages.Length..]
            : "";

    private static bool IsUndescribed(string path) =>
        path.StartsWith("/problems", StringComparison.Ordinal) || path.StartsWith("/openapi", StringComparison.Ordinal)
        || path.StartsWith("/sandbox", StringComparison.Ordinal)
        || path.StartsWith("/docs", StringComparison.Ordinal) || path.StartsWith("/health", StringComparison.Ordinal)
        || path.StartsWith("/dashboard", StringComparison.Ordinal) || path.StartsWith("/console", StringComparison.OrdinalIgnoreCase) || path is "/metrics" or "/";

    private string? Mismatch(string where, JsonNode schema, string body)
    {
        var compiled = _schemas.GetOrAdd(schema.ToJsonString(), Compile);
        using var json = JsonDocument.Parse(body);
        var result = compiled.Evaluate(json.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        if (result.IsValid)
        {
            return null;
        }

        var errors = (result.Details ?? []).Where(detail => detail.Errors is not null)
            .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"));
        return $"{where}: {string.Join("; ", errors)}: {body}";
    }

    private JsonSchema Compile(string schema)
    {
        var root = JsonNode.Parse(schema)!.AsObject();
        root["$defs"] = _document["components"]!["schemas"]!.DeepClone();
        lock (Building)
        {
            return JsonSchema.FromText(root.ToJsonString(), new BuildOptions { SchemaRegistry = new SchemaRegistry() });
        }
    }

    private static Regex Matching(string template) =>
        new("^" + Regex.Replace(Regex.Escape(template), @"\\\{[^}]+}", "[^/]+") + "/?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
}

/// <summary>Holds every answer that a test sees against the <see cref="Contract"/>.</summary>
public sealed class ContractHandler(Func<Task<Contract>> contract) : DelegatingHandler(new SocketsHttpHandler { UseCookies = false })
{
    private static readonly string[] OfBrowsers = ["Sec-Fetch-Site", "Origin", "X-Granary-Console"];

    /// <summary>Makes a request to the console's session one of a page of the console, unless it is one of a browser already.</summary>
    private static void SendAsPage(HttpRequestMessage request)
    {
        if (OfBrowsers.Any(request.Headers.Contains))
        {
            return;
        }

        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        request.Headers.Add("X-Granary-Console", "1");
        if (request.Headers.Authorization?.Parameter is { } token)
        {
            request.Headers.Authorization = null;
            request.Headers.Add("Cookie", "granary_console=" + token);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath == "/console/session")
        {
            SendAsPage(request);
        }

        var response = await base.SendAsync(request, cancellationToken);
        var mediaType = response.Content.Headers.ContentType?.MediaType;
        string? body = null;
        if (mediaType is not ("text/event-stream" or "application/x-ndjson") || request.Method == HttpMethod.Head)
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            body = await response.Content.ReadAsStringAsync(cancellationToken);
        }

        var (method, path, status) = (request.Method, request.RequestUri!.AbsolutePath, (int)response.StatusCode);
        var promised = await contract();
        var violation = promised.Violation(method, path, status, mediaType, body);
        Assert.True(violation is null, violation);
        var missing = promised.MissingHeader(method, path, status, response.Headers.Contains);
        Assert.True(missing is null, missing);
        if (promised.Kept(method, path, status, mediaType, body ?? "") is { } kept)
        {
            PromiseLedger.Kept(kept);
        }

        return response;
    }
}
