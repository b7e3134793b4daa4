using System.Net;
using System.Text.Json;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;

namespace Granary.Http.Tests;

/// <summary>An operation of the document, and a request for it that names well-formed ids of things that do not exist.</summary>
/// <param name="Name">The operation's name.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">A path with ids.</param>
/// <param name="Body">The example of the body, or null.</param>
/// <param name="NeedsToken">Whether it refuses callers without a token.</param>
/// <param name="Problems">The slugs of the problems that it promises.</param>
/// <param name="NeedsKey">Whether it must have an idempotency key.</param>
public sealed record Operation(
    string Name, HttpMethod Method, string Path, string? Body, bool NeedsToken, IReadOnlySet<string> Problems, bool NeedsKey)
{
    /// <summary>The SKU in the paths.</summary>
    public const string Sku = "NO-SUCH-SKU";

    /// <summary>All operations of the document that an application serves.</summary>
    public static async Task<IReadOnlyList<Operation>> AllOf(GranaryApp app)
    {
        using var client = app.CreateClient();
        using var answer = await client.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var document = await answer.Expect(HttpStatusCode.OK);
        return
        [
            .. from path in document.At("paths").EnumerateObject()
               from method in path.Value.EnumerateObject()
               select From(path.Name, method.Name, method.Value),
        ];
    }

    /// <summary>Sends the request.</summary>
    public Task<HttpResponseMessage> Send(HttpClient client, params (string Name, string Value)[] headers) =>
        Send(client, Body, headers);

    /// <summary>Sends the request with another body.</summary>
    public Task<HttpResponseMessage> Send(HttpClient client, string? body, params (string Name, string Value)[] headers) =>
        client.SendJson(
            Method, Path, body, [("If-Match", "*"), .. NeedsKey ? [("Idempotency-Key", Guid.NewGuid().ToString())] : Array.Empty<(string, string)>(), .. headers]);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Operation From(string path, string method, JsonElement operation)
    {
        var body = operation.TryGetProperty("requestBody", out var request)
            ? request.At("content", "application/json", "example").ToString()
            : null;
        var problems = operation.At("responses").EnumerateObject()
            .Where(response => response.Value.TryGetProperty("content", out var content) && content.TryGetProperty("application/problem+json", out _))
            .SelectMany(response => response.Value.At("content", "application/problem+json", "examples").EnumerateObject())
            .Select(example => example.Name);
        return new Operation(
            operation.Text("operationId")!,
            new HttpMethod(method.ToUpperInvariant()),
            path.Replace("{sku}", Sku, StringComparison.Ordinal)
                .Replace("{delivery}", "msg_" + new string('0', 32), StringComparison.Ordinal)
                .Replace("{id}", IdOf(path), StringComparison.Ordinal),
            body,
            operation.TryGetProperty("security", out var security) && security.EnumerateArray().All(requirement => requirement.EnumerateObject().Any()),
            problems.ToHashSet(),
            operation.TryGetProperty("parameters", out var parameters) && parameters.EnumerateArray().Any(parameter =>
                parameter.Text("name") == "Idempotency-Key" && parameter.TryGetProperty("required", out var required) && required.GetBoolean()));
    }

    private static string IdOf(string path) => path.Split('/')[1] switch
    {
        "orders" or "payments" => OrderId.New(DateTimeOffset.UnixEpoch),
        "webhooks" => "wh_" + new string('0', 32),
        "api-keys" => "key_" + new string('0', 16),
        "dead-letters" => "no-such-consumer.1",
        _ => UserId.From("nobody"),
    };
}
