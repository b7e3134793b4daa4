using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Granary.Testing;

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
            _ => JsonContent.Create(body, body.GetType(), options: JsonSerializerOptions.Default),
        };
        var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        // A stream of events does not end, so the answer is returned at its headers.
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public static Task<HttpResponseMessage> PostJson(
        this HttpClient client, string path, object? body = null, params (string Name, string Value)[] headers) =>
        client.SendJson(HttpMethod.Post, path, body, headers);

    public static async Task<JsonElement> Body(this HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    /// <summary>The body of a response that must have this status.</summary>
    /// <exception cref="InvalidOperationException">It has another one; the message contains the body.</exception>
    public static async Task<JsonElement> Expect(this HttpResponseMessage response, HttpStatusCode status) =>
        response.StatusCode == status
            ? await response.Body()
            : throw new InvalidOperationException(
                $"{(int)response.StatusCode} instead of {(int)status}: {await response.Content.ReadAsStringAsync()}");

    public static string? Text(this JsonElement element, params string[] path) => element.At(path).GetString();

    public static long Number(this JsonElement element, params string[] path) => element.At(path).GetInt64();

    public static JsonElement At(this JsonElement element, params string[] path) =>
        path.Aggregate(element, (at, name) => at.GetProperty(name));

    public static IReadOnlyList<string?> Texts(this JsonElement element) => [.. element.EnumerateArray().Select(text => text.GetString())];
}
