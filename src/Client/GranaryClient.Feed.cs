using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>
    /// Reads the public events after a position, page by page, up to the end of the feed, in the order in which they happened.
    /// </summary>
    /// <param name="after">The position to continue from; null for the first event.</param>
    /// <param name="types">Only events of these names; null for all.</param>
    /// <exception cref="GranaryProblemException">
    /// The API refused; with the error <c>after</c>, the position is none of this feed, as after a change of the database.
    /// </exception>
    public async IAsyncEnumerable<FeedEvent> ReadEventsAsync(
        string? after = null, IEnumerable<string>? types = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (position, filter) = (after, FilterOf(types));
        while (true)
        {
            var page = await GetAsync($"events?limit={PageSize}{filter}{After(position)}", ClientJson.Default.FeedPage, cancellationToken);
            foreach (var read in page.Data)
            {
                yield return read;
            }

            // At the end the position stays.
            if (page.Next == position)
            {
                yield break;
            }

            position = page.Next;
        }
    }

    /// <summary>
    /// Follows the public events after a position, without end: first the past ones, then new ones as they happen. When the connection
    /// is lost, or is silent for three of the service's heartbeats, the client reconnects and resumes after the last event: none is
    /// missed and none comes twice.
    /// </summary>
    /// <param name="after">The position to continue from; null for the first event.</param>
    /// <param name="types">Only events of these names; null for all.</param>
    /// <exception cref="GranaryProblemException">The API refused, also because the caller has lost the right.</exception>
    /// <exception cref="HttpRequestException">The API could not be reached several times in a row.</exception>
    public async IAsyncEnumerable<FeedEvent> FollowEventsAsync(
        string? after = null, IEnumerable<string>? types = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (position, filter, failures) = (after, FilterOf(types), 0);
        while (true)
        {
            using (var response = await _transport.OpenAsync(() => FeedRequest(filter, position), cancellationToken))
            {
                using var events = new EventStreamReader<FeedEvent>(
                    await response.Content.ReadAsStreamAsync(cancellationToken), ClientJson.Default.FeedEvent, _clock);
                while (await events.NextAsync(cancellationToken) is { } read)
                {
                    (position, failures) = (read.Position, 0);
                    yield return read;
                }

                // The service tells the position also where it passed events that are not for this reader.
                (position, failures) = events.LastId is { } last && last != position ? (last, 0) : (position, failures);
            }

            // The service has stopped or the connection broke; the next attempt reaches another instance, or this one later.
            if (++failures == Transport.Attempts)
            {
                throw new HttpRequestException("The stream of the feed broke off repeatedly.");
            }

            await _transport.PauseAsync(failures, cancellationToken);
        }
    }

    private static string FilterOf(IEnumerable<string>? types) =>
        types is null ? "" : $"&types={string.Join(',', types.Select(Segment))}";

    private static string After(string? position) => position is null ? "" : $"&after={Segment(position)}";

    private HttpRequestMessage FeedRequest(string filter, string? position)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"events?limit={PageSize}{filter}{After(position)}");
        request.Headers.Authorization = _token;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return request;
    }
}
