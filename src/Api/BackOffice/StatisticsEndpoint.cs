using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Orders;
using Granary.Api.Problems;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces.BackOffice;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.BackOffice;

/// <summary>
/// <c>GET /statistics</c>: the figures of the operator's desk; for callers that accept <c>text/event-stream</c>, once a second.
/// </summary>
public static class StatisticsEndpoint
{
    private const string TooMany = "So many streams of events are open that the caller's network or the caller may have no more "
        + "(Granary:Limits:MaxStreamsPerNetwork, Granary:Limits:MaxStreamsPerUser).";

    /// <summary>Maps it.</summary>
    public static RouteHandlerBuilder MapStatistics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/statistics", Read).WithTags("Desk").WithName("GetStatistics")
            .WithSummary("Read the figures of the shop, at most a second old, or follow them as server-sent events")
            .TakesOnly()
            .RequireAuthorization(Policies.Operator).HoldsConnection()
            .Produces<StatisticsBody>(StatusCodes.Status200OK, "application/json", EventStream.MediaType)
            .Answers(ProblemTypes.Validation);

    private static async Task<Results<Ok<StatisticsBody>, EmptyHttpResult, ProblemResult>> Read(
        Caller caller, HttpContext http, [AsParameters] StatisticsDesk desk)
    {
        http.Response.Headers.Vary = "Accept";
        http.Response.Headers.CacheControl = "no-store";
        return EventStream.IsAccepted(http.Request)
            ? await FollowAsync(caller, http, desk)
            : TypedResults.Ok(StatisticsBody.From(await desk.Grains.GetGrain<IStatisticsGrain>(0).Read()));
    }

    private static async Task<Results<Ok<StatisticsBody>, EmptyHttpResult, ProblemResult>> FollowAsync(
        Caller caller, HttpContext http, StatisticsDesk desk)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, desk.Lifetime.ApplicationStopping);
        EventStream.Describe(http.Response);
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return TypedResults.Empty;
        }

        using var place = desk.Places.TryEnter(NetworkOf.Client(http.Connection.RemoteIpAddress), caller.UserId, orderId: null);
        if (place is null)
        {
            http.Response.ContentType = null;
            return new ProblemResult(
                Problem.Of(ProblemTypes.TooManyRequests, TooMany) with { RetryAfter = (int)desk.Options.Heartbeat.TotalSeconds + 1 });
        }

        try
        {
            await http.Response.Body.FlushAsync(end.Token);
            await foreach (var figures in desk.Feed.FollowAsync(end.Token))
            {
                if (!await desk.Access.HoldsAsync(http, caller))
                {
                    // A client that connects again learns why.
                    break;
                }

                await http.Response.Body.WriteAsync(figures, end.Token);
                await http.Response.Body.FlushAsync(end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client has disconnected, or the server stops and the client will connect to another one.
        }

        return TypedResults.Empty;
    }
}

/// <summary>What the endpoint of the figures works with.</summary>
public readonly record struct StatisticsDesk(
    IGrainFactory Grains,
    StatisticsFeed Feed,
    LastingAccess Access,
    TrackingOptions Options,
    StreamPlaces Places,
    IHostApplicationLifetime Lifetime);
