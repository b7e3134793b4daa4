using System.Globalization;
using System.Text;
using System.Text.Json;
using Granary.Api.Auth;
using Granary.Api.Http;
using Granary.Api.Problems;
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
    public static async Task<Results<EmptyHttpResult, NoContent, ProblemResult>> Track(
        string id,
        Caller caller,
        HttpContext http,
        IOrderTracker tracker,
        EventStreams streams,
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

        return await streams.SendAsync(
            http,
            caller,
            id,
            end => tracker.FollowAsync(id, seen, caller.UserId, streams.Heartbeat, end),
            (body, update, cancellationToken) => body.WriteAsync(update is null ? EventStream.StillHere : Write(id, update), cancellationToken))
            is { } problem ? problem : TypedResults.Empty;
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
