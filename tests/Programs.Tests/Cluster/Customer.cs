using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Granary.Programs.Tests.Cluster;

/// <summary>
/// One client of the crowd: places, pays and cancels over all front ends, and repeats an unanswered request under the same key
/// until it gets an answer. It remembers only the answers.
/// </summary>
internal sealed class Customer(Crowd crowd, string name, string userId, AuthenticationHeaderValue token, int seed)
{
    // The crowd leaves the processor to the processes that start again, and a customer who is served slowly buys less often: the
    // test exercises the faults, not an overload.
    private const int ThinkPerService = 3;
    private static readonly TimeSpan MinThink = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxThink = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(250);

    private readonly Random _random = new(seed);
    private int _intentions;
    private int _turn = seed;
    private TimeSpan _think = MinThink;

    /// <summary>The acknowledged orders: from the note of an order, which is its key, to the last answer.</summary>
    public Dictionary<string, JsonNode> Told { get; } = [];

    public string UserId => userId;

    /// <summary>The start of the last operation that has completed.</summary>
    public long LastCompleted { get; private set; }

    /// <summary>Buys until the end of the test.</summary>
    public async Task BuyAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // Without a turn: a crowd that is asked to pause need not wait for thoughts.
            await Task.Delay(_think * (0.5 + _random.NextDouble()), stop);
            await crowd.OpenAsync(stop);
            var began = Stopwatch.GetTimestamp();
            await OrderAsync(stop);
            LastCompleted = began;
            crowd.Close();
            var service = Stopwatch.GetElapsedTime(began) * ThinkPerService;
            _think = service < MinThink ? MinThink : service > MaxThink ? MaxThink : service;
        }
    }

    /// <summary>Pays the oldest order that is pending by the last answer about it.</summary>
    public async Task PayOldestAsync(CancellationToken stop)
    {
        var (key, order) = Told.FirstOrDefault(answer => (string?)answer.Value["status"] == "pending");
        if (order is not null)
        {
            Told[key] = await UntilAnsweredAsync(() => new HttpRequestMessage(HttpMethod.Post, $"/orders/{(string)order["id"]!}/pay"), stop) ?? order;
        }
    }

    private async Task OrderAsync(CancellationToken stop)
    {
        var key = $"{name}-{_intentions++}";
        var sku = crowd.Skus[_random.Next(crowd.Skus.Count)];
        var body = new JsonObject
        {
            ["items"] = new JsonArray(
                new JsonObject { ["sku"] = sku, ["quantity"] = _random.Next(1, 4) },
                new JsonObject { ["sku"] = crowd.Skus[0], ["quantity"] = 1 }),
            ["note"] = key,
        };
        var order = await UntilAnsweredAsync(() =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", key);
            return request;
        }, stop);
        if (order is null)
        {
            return;
        }

        Told[key] = order;
        var id = (string)order["id"]!;
        var next = _random.Next(4) switch
        {
            0 => await UntilAnsweredAsync(() => new HttpRequestMessage(HttpMethod.Post, $"/orders/{id}/pay"), stop),
            1 => await UntilAnsweredAsync(() => new HttpRequestMessage(HttpMethod.Delete, $"/orders/{id}"), stop),
            2 => await UntilAnsweredAsync(() => new HttpRequestMessage(HttpMethod.Get, $"/orders/{id}"), stop),
            _ => order,
        };
        Told[key] = next ?? order;
    }

    /// <summary>Sends a request until it gets a conclusive answer; null when the answer is a refusal.</summary>
    private async Task<JsonNode?> UntilAnsweredAsync(Func<HttpRequestMessage> request, CancellationToken stop)
    {
        while (true)
        {
            var frontEnd = crowd.DoorFor(_turn++);
            var began = Stopwatch.GetTimestamp();
            try
            {
                using var message = request();
                message.Headers.Authorization = token;
                using var response = await frontEnd.Http.SendAsync(message, stop);
                var answer = await response.Content.ReadAsStringAsync(stop);
                if (response.IsSuccessStatusCode)
                {
                    crowd.Tally.Served(Stopwatch.GetElapsedTime(began));
                    return JsonNode.Parse(answer);
                }

                if (response.StatusCode is HttpStatusCode.Conflict && answer.Contains("insufficient-stock", StringComparison.Ordinal))
                {
                    crowd.Tally.Refused();
                    return null;
                }

                // A repeated request may also meet its first attempt, which is still being processed.
                var mayBeRepeated = response.StatusCode is HttpStatusCode.ServiceUnavailable
                    || (response.StatusCode is HttpStatusCode.Conflict && answer.Contains("idempotency-in-flight", StringComparison.Ordinal));
                if (mayBeRepeated && response.Headers.RetryAfter is not null)
                {
                    crowd.Tally.Unavailable(Stopwatch.GetElapsedTime(began));
                }
                else
                {
                    crowd.Tally.IsWrong($"{message.Method} {message.RequestUri}: {(int)response.StatusCode} {answer}");
                }
            }
            catch (HttpRequestException refused) when (frontEnd.MayBreak && IsRefusal(refused))
            {
                // Nothing was sent: a load balancer would choose another front end, and its client would not notice.
                frontEnd.Failed();
                if (crowd.FrontEnds.Any(door => door.IsOpen))
                {
                    continue;
                }

                crowd.Tally.Broken(Stopwatch.GetElapsedTime(began));
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or SocketException or TaskCanceledException && !stop.IsCancellationRequested)
            {
                if (frontEnd.MayBreak)
                {
                    frontEnd.Failed();
                    crowd.Tally.Broken(Stopwatch.GetElapsedTime(began));
                }
                else
                {
                    crowd.Tally.IsWrong($"A connection to a front end that was left alone broke: {broken.Message}");
                }
            }

            await Task.Delay(RepeatAfter, stop);
        }
    }

    private static bool IsRefusal(HttpRequestException fault) =>
        fault.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
}
