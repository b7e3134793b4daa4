using System.Globalization;
using System.Text;
using System.Text.Json;
using Granary.Api.Auth;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Microsoft.AspNetCore.Http.HttpResults;
using NotFound = Granary.Grains.Interfaces.NotFound;

namespace Granary.Api.Orders;

/// <summary>
/// <c>GET /orders/{id}/events</c>: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). The past
/// events come first, then new ones as they happen. The id of an event is the order's version, so a client resumes after the last
/// one it has. The stream ends when the order reaches a terminal status or its reader loses the right to it.
/// </summary>
public static class TrackOrder
{
    private const string TooMany = "So many streams of events are open that the caller's network, the user or the order may have no more "
        + "(Granary:Limits:MaxStreamsPerNetwork, Granary:Limits:MaxStreamsPerUser, Granary:Limits:MaxStreamsPerOrder).";

    private static readonly byte[] HeartbeatComment = ": still here\n\n"u8.ToArray();

    public static async Task<Results<EmptyHttpResult, NoContent, ProblemResult>> Track(
        string id,
        Caller caller,
        HttpContext http,
        IOrderTracker tracker,
        LastingAccess access,
        TrackingOptions options,
        StreamPlaces places,
        IHostApplicationLifetime lifetime,
        [AsParameters] OrderDesk desk)
    {
        if (!OrderId.IsValid(id))
        {
            return desk.Problems.For(new NotFound());
        }

        var reply = await desk.Grains.Order(id).Get(caller.OwnerScope);
        if (reply.Order is not { } order)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        // If the client sends a version that is not a number, it gets all past events, which does no harm.
        _ = long.TryParse(http.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var seen);
        if (seen == order.Version && order.AllowedActions.Count == 0)
        {
            // Nothing more will come. Browsers reconnect after any stream that ends, and only this status stops them.
            return TypedResults.NoContent();
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        EventStream.Describe(http.Response);
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return TypedResults.Empty;
        }

        using var place = places.TryEnter(NetworkOf.Client(http.Connection.RemoteIpAddress), caller.UserId, id);
        if (place is null)
        {
            http.Response.ContentType = null;
            return new ProblemResult(Problem.Of(ProblemTypes.TooManyRequests, TooMany) with { RetryAfter = (int)options.Heartbeat.TotalSeconds + 1 });
        }

        try
        {
            await http.Response.Body.FlushAsync(end.Token);
            await foreach (var update in tracker.FollowAsync(id, seen, caller.UserId, options.Heartbeat, end.Token))
            {
                if (!await access.HoldsAsync(http, caller))
                {
                    // A client that connects again learns why.
                    break;
                }

                await http.Response.Body.WriteAsync(update is null ? HeartbeatComment : Write(id, update), end.Token);
                await http.Response.Body.FlushAsync(end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client has disconnected, or the server stops and the client will connect to another one.
        }

        return TypedResults.Empty;
    }

    private static byte[] Write(string id, OrderUpdate update)
    {
        var body = new OrderUpdateBody(
            id, update.Version, update.Type, update.At.UtcDateTime, update.By, Words.Of(update.Status));
        var json = JsonSerializer.Serialize(body, ApiJson.Options.GetTypeInfo(typeof(OrderUpdateBody)));
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"id: {update.Version}\nevent: {update.Type}\ndata: {json}\n\n"));
    }
}

/// <summary>The data of one event of <c>GET /orders/{id}/events</c>.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Version">The order's version after the change; also the event's id.</param>
/// <param name="Type">Such as <c>order.paid</c>; also the event's name.</param>
/// <param name="By">A user id, or <c>system</c>.</param>
/// <param name="Status">The order's status after the change.</param>
public sealed record OrderUpdateBody(string OrderId, long Version, string Type, DateTime At, string By, string Status);
