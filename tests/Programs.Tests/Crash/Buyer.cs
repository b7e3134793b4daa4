using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Granary.Programs.Tests.Crash;

/// <summary>
/// A client that places, pays and cancels, and never gives up on a request: when the connection breaks it repeats the request
/// under the same key once the product is back. It remembers only the answers.
/// </summary>
internal sealed class Buyer(HttpClient http, string name, string userId, IReadOnlyList<string> skus, int seed)
{
    /// <summary>
    /// A repeated request has met its first attempt, which may still hold the last units after the product was killed.
    /// </summary>
    private const string InFlight = "/problems/idempotency-in-flight";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly Random _random = new(seed);
    private int _requests;

    /// <summary>The acknowledged orders: order id to the last answer.</summary>
    public Dictionary<string, JsonNode> Acknowledged { get; } = [];

    public string UserId => userId;

    /// <summary>Buys until it is stopped; it completes every started operation.</summary>
    public async Task BuyAsync(Action onAcknowledged, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await PlaceAsync() is not { } order)
            {
                continue;
            }

            onAcknowledged();
            var id = (string)order["id"]!;
            Acknowledged[id] = order;
            switch (_random.Next(4))
            {
                case 0:
                    Acknowledged[id] = await ActAsync(HttpMethod.Post, $"/orders/{id}/pay");
                    break;
                case 1:
                    Acknowledged[id] = await ActAsync(HttpMethod.Delete, $"/orders/{id}");
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Places an order; null if it was refused because stock is missing.</summary>
    private async Task<JsonNode?> PlaceAsync()
    {
        var key = $"{name}-{_requests++}";
        var first = _random.Next(skus.Count);
        var body = new JsonObject
        {
            ["items"] = new JsonArray(
                new JsonObject { ["sku"] = skus[first], ["quantity"] = _random.Next(1, 4) },
                new JsonObject { ["sku"] = skus[(first + 1) % skus.Count], ["quantity"] = 1 }),
            ["note"] = key,
        };
        var (status, answer) = await UntilAnsweredAsync(() =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", key);
            return request;
        });
        if (status == HttpStatusCode.Conflict)
        {
            Assert.Equal("/problems/insufficient-stock", (string?)answer["type"]);
            return null;
        }

        Assert.True(status is HttpStatusCode.Created or HttpStatusCode.OK, $"{status}: {answer}");
        Assert.Equal(key, (string?)answer["note"]);
        return answer;
    }

    private async Task<JsonNode> ActAsync(HttpMethod method, string path)
    {
        var (status, answer) = await UntilAnsweredAsync(() => new HttpRequestMessage(method, path));
        Assert.True(status == HttpStatusCode.OK, $"{method} {path}: {status} {answer}");
        return answer;
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> UntilAnsweredAsync(Func<HttpRequestMessage> request)
    {
        while (true)
        {
            try
            {
                using var response = await http.SendAsync(request());
                if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    var answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
                    if ((string?)answer["type"] != InFlight)
                    {
                        return (response.StatusCode, answer);
                    }
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or SocketException)
            {
                // The product was killed during the request: the outcome is unknown until the product is back.
            }

            await Task.Delay(Pause);
        }
    }
}
