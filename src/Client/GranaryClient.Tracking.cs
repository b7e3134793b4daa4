using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>
    /// The changes of an order: first the past ones, then new ones as they happen, until the order reaches a terminal status.
    /// When the connection is lost, or is silent for three of the service's heartbeats, the client reconnects and resumes after
    /// the last change (server-sent events, <c>Last-Event-ID</c>): no change is missed and none comes twice.
    /// </summary>
    /// <param name="id">The order.</param>
    /// <param name="afterVersion">The last version that the caller knows; 0 for everything.</param>
    /// <exception cref="GranaryProblemException">The API refused: there is no such order, or none of the caller's.</exception>
    /// <exception cref="HttpRequestException">The API could not be reached several times in a row.</exception>
    public async IAsyncEnumerable<OrderUpdate> FollowOrderAsync(
        string id, long afterVersion = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (seen, status, failures) = (afterVersion, "", 0);
        while (!IsOver(status))
        {
            using (var response = await _transport.OpenAsync(() => FollowRequest(id, seen), cancellationToken))
            {
                if (response.StatusCode == HttpStatusCode.NoContent)
                {
                    yield break;
                }

                using var events = new EventStreamReader<OrderUpdate>(
                    await response.Content.ReadAsStreamAsync(cancellationToken), ClientJson.Default.OrderUpdate, _clock);
                while (await events.NextAsync(cancellationToken) is { } update)
                {
                    (seen, status, failures) = (update.Version, update.Status, 0);
                    yield return update;
                }
            }

            if (IsOver(status) || await IsOverAsync(id, seen, cancellationToken))
            {
                yield break;
            }

            // The service has stopped or the connection broke; the next attempt reaches another instance, or this one later.
            if (++failures == Transport.Attempts)
            {
                throw new HttpRequestException($"The event stream of order {id} broke off repeatedly.");
            }

            await _transport.PauseAsync(failures, cancellationToken);
        }
    }

    /// <summary>Whether nothing more can happen to an order. A client knows only the words of the API, so they are repeated here.</summary>
    internal static bool IsOver(string status) => status is "completed" or "cancelled" or "expired";

    /// <summary>Whether an order has ended and the caller has its whole history.</summary>
    private async Task<bool> IsOverAsync(string id, long seen, CancellationToken cancellationToken)
    {
        var order = await GetOrderAsync(id, cancellationToken);
        return IsOver(order.Status) && order.Timeline[^1].Version <= seen;
    }

    private HttpRequestMessage FollowRequest(string id, long seen)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"orders/{Segment(id)}/events");
        request.Headers.Authorization = _token;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (seen > 0)
        {
            request.Headers.Add("Last-Event-ID", seen.ToString(CultureInfo.InvariantCulture));
        }

        return request;
    }
}
