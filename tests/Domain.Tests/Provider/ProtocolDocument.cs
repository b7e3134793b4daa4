using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;

namespace Granary.Domain.Tests.Provider;

/// <summary>The OpenAPI document of the protocol, <c>docs/payments-protocol.json</c>: holds what is said against it.</summary>
internal static class ProtocolDocument
{
    private static readonly Lock Building = new();

    // JSON Schema itself knows $defs, not the components of OpenAPI, which hold the same.
    private static readonly JsonNode Document = JsonNode.Parse(
        SourceFiles.Document("payments-protocol.json").Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal))!;

    /// <summary>Asserts that the document promises this answer.</summary>
    public static void Promises(HttpMethod method, string path, HttpStatusCode status, JsonNode? body)
    {
        var pattern = Document["paths"]!.AsObject().Select(known => known.Key).Single(known => Regex.IsMatch(
            path.Split('?')[0], "^" + Regex.Replace(known, "{[a-z]+}", "[^/]+") + "$"));
        var responses = Document["paths"]![pattern]![method.Method.ToLowerInvariant()]!["responses"]!;
        var response = responses[((int)status).ToString(CultureInfo.InvariantCulture)] ?? ((int)status >= 500 ? responses["5XX"] : null);
        Assert.True(response is not null, $"{method} {path} answers {status}");
        if ((string?)response["$ref"] is { } reference)
        {
            response = Document["components"]!["responses"]![reference.Split('/')[^1]]!;
        }

        if (response["content"] is { } content)
        {
            Holds(content["application/json"]!["schema"]!, body);
        }
    }

    /// <summary>Asserts that this is an event as the document describes it.</summary>
    public static void PromisesEvent(string signature, JsonNode body)
    {
        var webhook = Document["webhooks"]!["event"]!["post"]!;
        Assert.Matches((string)webhook["parameters"]![0]!["schema"]!["pattern"]!, signature);
        Holds(webhook["requestBody"]!["content"]!["application/json"]!["schema"]!, body);
    }

    private static void Holds(JsonNode schema, JsonNode? body)
    {
        var root = schema.DeepClone();
        root["$defs"] = Document["components"]!["schemas"]!.DeepClone();
        lock (Building)
        {
            var found = JsonSchema.FromText(root.ToJsonString(), new BuildOptions { SchemaRegistry = new SchemaRegistry() })
                .Evaluate(JsonSerializer.SerializeToElement(body), new EvaluationOptions { OutputFormat = OutputFormat.List });
            Assert.True(found.IsValid, $"{body?.ToJsonString()} is not {schema.ToJsonString()}: {JsonSerializer.Serialize(found)}");
        }
    }
}
