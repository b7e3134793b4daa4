using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>
    /// What happened to an order, and then what happens, as it happens, until the order is at its end. A connection that is
    /// lost, or on which nothing came for three of the service's heartbeats, is made anew and resumes after the last change
    /// (server-sent events, <c>Last-Event-ID</c>): nothing is missed and nothing comes twice.
    /// </summary>
    /// <param name="id">The order.</param>
    /// <param name="afterVersion">The last version that the caller knows; 0 for everything.</param>
    /// <exception cref="GranaryProblemException">The API refused: there is no such order, or none of the caller's.</exception>
    /// <exception cref="HttpRequestException">The API was out of reach several times in a row.</exception>
    public async IAsyncEnumerable<OrderUpdate> FollowOrderAsync(
        string id, long afterVersion = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (seen, status, failures) = (afterVersion, "", 0);
        while (!IsOver(status))
        {
            using (var response = await _transport.OpenAsync(() => FollowRequest(id, seen), cancellationToken))
            {
                using var events = new OrderUpdateReader(await response.Content.ReadAsStreamAsync(cancellationToken), _clock);
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

            // The service has stopped or the connection broke; another instance, or the same one later, goes on.
            if (++failures == Transport.Attempts)
            {
                throw new HttpRequestException($"The events of order {id} break off again and again.");
            }

            await _transport.PauseAsync(failures, cancellationToken);
        }
    }

    private static bool IsOver(string status) => status is "completed" or "cancelled" or "expired";

    /// <summary>Whether an order has ended and nothing of its history is missing.</summary>
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
