using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Granary.Programs.Tests.Crash;

/// <summary>
/// A client that never gives up on a request: when the connection breaks it repeats the request under the same key once the product
/// is back.
/// </summary>
internal sealed class PersistentClient(HttpClient http)
{
    /// <summary>
    /// A repeated request has met its first attempt, which may still hold the last units after the product was killed.
    /// </summary>
    private const string InFlight = "/problems/idempotency-in-flight";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    /// <summary>What it repeats, how often it did and why; empty while nothing is repeated.</summary>
    public string Repeats { get; private set; } = "";

    /// <summary>Repeats a request until it has an answer that is not 503.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> UntilAnsweredAsync(Func<HttpRequestMessage> request)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var sent = request();
            try
            {
                using var response = await http.SendAsync(sent);
                if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    var answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
                    if (TypeOf(answer) != InFlight)
                    {
                        Repeats = "";
                        return (response.StatusCode, answer);
                    }
                }

                Repeats = $"{attempt} times {sent.Method} {sent.RequestUri}: {await response.Content.ReadAsStringAsync()}";
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or SocketException)
            {
                // The product was killed during the request: the outcome is unknown until the product is back.
                Repeats = $"{attempt} times {sent.Method} {sent.RequestUri}: {broken.Message}";
            }

            await Task.Delay(Pause);
        }
    }

    /// <summary>Reads something.</summary>
    public async Task<JsonNode> ReadAsync(string path) => (await UntilAnsweredAsync(() => new HttpRequestMessage(HttpMethod.Get, path))).Body;

    /// <summary>Sends a body under a key, again and again until it is answered.</summary>
    public Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string path, JsonNode? body = null, string? key = null) => UntilAnsweredAsync(() =>
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return request;
    });

    private static string? TypeOf(JsonNode answer) => answer is JsonObject ? (string?)answer["type"] : null;
}
