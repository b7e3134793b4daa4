using System.Globalization;
using System.Text;
using System.Text.Json;
using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Reading;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Feed;
using Granary.Grains.Interfaces.Reading;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Granary.Api.Feed;

/// <summary>
/// <c>GET /events</c>: every public event of every order and stock item in position order, in pages; or, for callers that accept
/// <c>text/event-stream</c>, as server-sent events: the past ones, then new ones as they happen, with the position as their id. See
/// <c>docs/feed.md</c>.
/// </summary>
public static class EventFeedEndpoint
{
    private static readonly byte[] HeartbeatComment = ": still here\n"u8.ToArray();

    private static readonly RouteParameter[] Parameters =
    [
        new("after", "The position to continue from: next of the page before, or the position of an event. Without it, the feed begins."),
        new("types", "Only events of these names, separated by commas; may be repeated. Without it, all public events.", IsRepeatable: true),
        RouteParameter.Limit,
    ];

    /// <summary>Maps it.</summary>
    public static void MapEventFeed(this IEndpointRouteBuilder routes) => routes.MapGet("/events", Read).WithTags("Events").WithName("ReadEvents")
        .RequireAuthorization(Policies.Operator).Scope(Scopes.EventsRead).HoldsConnection()
        .WithSummary("Read every public event in order, or follow them as server-sent events")
        .TakesOnly(Parameters).IsListRead()
        .Reads(new RequestHeader("Last-Event-ID", "The last position seen, of callers that follow the feed: it counts instead of after."))
        .Produces<EventPageBody>(StatusCodes.Status200OK, "application/json", EventStream.MediaType)
        .Answers(ProblemTypes.Validation);

    private static async Task<Results<Ok<EventPageBody>, EmptyHttpResult, ProblemResult>> Read(
        [AsParameters] EventFeedRequest request, Caller caller, HttpContext http, [AsParameters] EventFeedDesk desk)
    {
        var validation = new Validation();
        var limit = PageRequest.Limit(request.Limit, validation);
        var demand = Positions.DemandOf(http.Request, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var follows = EventStream.IsAccepted(http.Request);
        var last = follows ? (string?)http.Request.Headers["Last-Event-ID"] : null;
        var query = new FeedQuery(string.IsNullOrEmpty(last) ? request.After : last, follows ? PageRequest.MostLimit : limit, TypesOf(request.Types));
        var page = follows ? null : (await desk.Lists.EventsAsync(query, demand, http.RequestAborted)).Told(http);
        if ((page is null ? await desk.Feed.CheckAsync(query, http.RequestAborted) : page.Refusal) is { } refusal)
        {
            return desk.Problems.For(refusal);
        }

        http.Response.Headers.Vary = "Accept";
        http.Response.Headers.CacheControl = "no-store";
        if (page is not null)
        {
            return TypedResults.Ok(new EventPageBody([.. page.Events.Select(EventBody.From)], page.Next));
        }

        // Who follows is woken by the journal feed of this process, which reads the primary.
        await desk.Lists.EventsReachAsync(demand, http.RequestAborted);
        Positions.TellSource(http, ReadSource.Primary);
        return await desk.Streams.SendAsync(
            http, caller, orderId: null, end => desk.Feed.FollowAsync(query, caller.UserId, desk.Streams.Heartbeat, end), WriteAsync)
            is { } problem ? problem : TypedResults.Empty;
    }

    private static async ValueTask WriteAsync(Stream body, FeedPage page, CancellationToken cancellationToken)
    {
        foreach (var read in page.Events)
        {
            var json = JsonSerializer.Serialize(EventBody.From(read), ApiJson.Options.GetTypeInfo(typeof(EventBody)));
            await body.WriteAsync(Encoding.UTF8.GetBytes($"id: {read.Position}\nevent: {read.Type}\ndata: {json}\n\n"), cancellationToken);
        }

        if (page.Events.Count == 0)
        {
            // An id without data moves the reader's position past events that are not for it, and is no event.
            await body.WriteAsync(HeartbeatComment, cancellationToken);
            await body.WriteAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {page.Next}\n\n")), cancellationToken);
        }
    }

    private static IReadOnlyList<string> TypesOf(string[]? types) =>
        [.. (types ?? []).SelectMany(names => names.Split(',', StringSplitOptions.TrimEntries))];
}

/// <summary>The query of <c>GET /events</c>.</summary>
/// <param name="After">The position to continue from.</param>
/// <param name="Types">Names of events.</param>
/// <param name="Limit">1 to 100 events; of a page, not of a stream.</param>
public readonly record struct EventFeedRequest(
    [property: FromQuery(Name = "after")] string? After,
    [property: FromQuery(Name = "types")] string[]? Types,
    [property: FromQuery(Name = "limit")] string? Limit);

/// <summary>What the endpoint of the feed works with.</summary>
public readonly record struct EventFeedDesk(IEventFeed Feed, IListReads Lists, RefusalProblems Problems, EventStreams Streams);
