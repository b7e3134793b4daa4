using Granary.Api.Auth;
using Granary.Api.Orders;
using Granary.Api.Problems;
using Granary.Api.Traffic;

namespace Granary.Api.Http;

/// <summary>
/// Sends streams of server-sent events. A stream ends with its events, or when its reader leaves or loses the right to it, or the server stops.
/// </summary>
public sealed class EventStreams(LastingAccess access, TrackingOptions options, StreamPlaces places, IHostApplicationLifetime lifetime)
{
    private const string TooMany = "So many streams of events are open that the caller's network or the caller may have no more "
        + "(Granary:Limits:MaxStreamsPerNetwork, Granary:Limits:MaxStreamsPerUser).";

    private const string TooManyOfOrder = "So many streams of events are open that the caller's network, the user or the order may have no more "
        + "(Granary:Limits:MaxStreamsPerNetwork, Granary:Limits:MaxStreamsPerUser, Granary:Limits:MaxStreamsPerOrder).";

    /// <summary>How often a stream without events has a comment.</summary>
    public TimeSpan Heartbeat => options.Heartbeat;

    /// <summary>Answers a request with a stream.</summary>
    /// <param name="orderId">The order that the stream is of, whose streams are limited, too; null for none.</param>
    /// <param name="follow">The events, and a sign of life at every heartbeat.</param>
    /// <param name="write">Writes one of them.</param>
    /// <returns>Null where the stream was sent; otherwise why there is none.</returns>
    public async Task<ProblemResult?> SendAsync<T>(
        HttpContext http,
        Caller caller,
        string? orderId,
        Func<CancellationToken, IAsyncEnumerable<T>> follow,
        Func<Stream, T, CancellationToken, ValueTask> write)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(follow);
        ArgumentNullException.ThrowIfNull(write);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        EventStream.Describe(http.Response);
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return null;
        }

        using var place = places.TryEnter(NetworkOf.Client(http.Connection.RemoteIpAddress), caller.UserId, orderId);
        if (place is null)
        {
            http.Response.ContentType = null;
            return new ProblemResult(
                Problem.Of(ProblemTypes.TooManyRequests, orderId is null ? TooMany : TooManyOfOrder) with { RetryAfter = (int)Heartbeat.TotalSeconds + 1 });
        }

        try
        {
            await http.Response.Body.FlushAsync(end.Token);
            await foreach (var happened in follow(end.Token))
            {
                if (!await access.HoldsAsync(http, caller))
                {
                    // A client that connects again learns why.
                    break;
                }

                await write(http.Response.Body, happened, end.Token);
                await http.Response.Body.FlushAsync(end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client has disconnected, or the server stops and the client will connect to another one.
        }

        return null;
    }
}
