using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Granary.Programs.Tests.Crash;

/// <summary>
/// A client that places orders on its wallet, pays and cancels. It remembers only the answers.
/// </summary>
internal sealed class Buyer(PersistentClient http, string name, string userId, IReadOnlyList<string> skus, int seed)
{
    private readonly Random _random = new(seed);
    private int _requests;

    /// <summary>The acknowledged orders: order id to the last answer.</summary>
    public Dictionary<string, JsonNode> Acknowledged { get; } = [];

    public string UserId => userId;

    /// <summary>What the client repeats; empty while it repeats nothing.</summary>
    public string Repeats => http.Repeats;

    /// <summary>Buys until it is stopped; it completes every started operation.</summary>
    /// <param name="quota">How many orders all buyers may place.</param>
    public async Task BuyAsync(Quota quota, CancellationToken stop)
    {
        while (await quota.TakeAsync(stop))
        {
            if (await PlaceAsync() is not { } order)
            {
                continue;
            }

            quota.Complete();
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
        var (status, answer) = await http.UntilAnsweredAsync(() =>
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
        var (status, answer) = await http.UntilAnsweredAsync(() => new HttpRequestMessage(method, path));
        Assert.True(status == HttpStatusCode.OK, $"{method} {path}: {status} {answer}");
        return answer;
    }
}
