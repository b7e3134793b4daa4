using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Granary.Http.Tests;

/// <summary>Sends and reads JSON as it is on the wire, so that a renamed member fails a test.</summary>
public static class Json
{
    public static Task<HttpResponseMessage> SendJson(
        this HttpClient client, HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        HttpContent? content = body switch
        {
            null => null,
            string raw => new StringContent(raw, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body, body.GetType(), options: new JsonSerializerOptions()),
        };
        var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        // The contract handler has read every body that ends; a stream of events does not.
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public static Task<HttpResponseMessage> PostJson(
        this HttpClient client, string path, object? body = null, params (string Name, string Value)[] headers) =>
        client.SendJson(HttpMethod.Post, path, body, headers);

    public static async Task<JsonElement> Body(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>The body of a response that must have this status.</summary>
    public static async Task<JsonElement> Expect(this HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>The problem of a response that must be one, with this status and type.</summary>
    public static async Task<JsonElement> ExpectProblem(this HttpResponseMessage response, int status, string slug)
    {
        var problem = await response.Expect((HttpStatusCode)status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("/problems/" + slug, problem.Text("type"));
        Assert.Equal(status, problem.Number("status"));
        Assert.Equal(response.Headers.GetValues("X-Request-Id").Single(), problem.Text("request_id"));
        return problem;
    }

    public static string? Text(this JsonElement element, params string[] path) => element.At(path).GetString();

    public static long Number(this JsonElement element, params string[] path) => element.At(path).GetInt64();

    public static JsonElement At(this JsonElement element, params string[] path) =>
        path.Aggregate(element, (at, name) => at.GetProperty(name));

    public static IReadOnlyList<string?> Texts(this JsonElement element) => [.. element.EnumerateArray().Select(text => text.GetString())];
}
