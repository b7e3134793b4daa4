using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;

namespace Granary.Http.Tests;

/// <summary>What the OpenAPI document promises: which answers each operation has, and what their bodies look like.</summary>
public sealed class Contract
{
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

    /// <summary>How an answer breaks the promise, or null when it keeps it.</summary>
    public string? Violation(HttpMethod method, string path, int status, string? mediaType, string body)
    {
        var methods = _paths.Find(candidate => candidate.Path.IsMatch(path)).Methods;
        if (methods?[method.Method.ToLowerInvariant()] is not { } operation)
        {
            // An unknown path or method, or a browser's preflight, has no operation to keep to; the tests of those look at the problem themselves.
            return status is 404 or 405 || method == HttpMethod.Options || IsUndescribed(path) ? null : $"{method} {path} is not in the document";
        }

        var where = $"{method} {path} {status}";
        if (operation["responses"]?[status.ToString(System.Globalization.CultureInfo.InvariantCulture)] is not { } response)
        {
            return $"{where}: the document does not know this answer: {body}";
        }

        if (body.Length == 0)
        {
            return response["content"] is null ? null : $"{where}: a body was promised";
        }

        return response["content"]?[mediaType ?? ""]?["schema"] is { } schema
            ? Mismatch(where, schema, body)
            : $"{where}: the document does not know a body of type {mediaType}";
    }

    private static bool IsUndescribed(string path) =>
        path.StartsWith("/problems", StringComparison.Ordinal) || path.StartsWith("/openapi", StringComparison.Ordinal)
        || path.StartsWith("/docs", StringComparison.Ordinal) || path.StartsWith("/health", StringComparison.Ordinal)
        || path.StartsWith("/dashboard", StringComparison.Ordinal) || path is "/metrics" or "/";

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
        new("^" + Regex.Replace(Regex.Escape(template), @"\\\{[^}]+}", "[^/]+") + "/?$", RegexOptions.CultureInvariant);
}

/// <summary>Holds every answer that a test sees against the <see cref="Contract"/>.</summary>
public sealed class ContractHandler(Func<Task<Contract>> contract) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var mediaType = response.Content.Headers.ContentType?.MediaType;
        if (mediaType == "text/event-stream")
        {
            return response;
        }

        await response.Content.LoadIntoBufferAsync(cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var violation = (await contract()).Violation(
            request.Method, request.RequestUri!.AbsolutePath, (int)response.StatusCode, mediaType, body);
        Assert.True(violation is null, violation);
        return response;
    }
}
