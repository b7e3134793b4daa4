using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Reading;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces.Reading;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.BackOffice;

/// <summary>
/// <c>GET /statistics</c>: the figures of the operator's desk; for callers that accept <c>text/event-stream</c>, once a second.
/// </summary>
public static class StatisticsEndpoint
{
    /// <summary>Maps it.</summary>
    public static RouteHandlerBuilder MapStatistics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/statistics", Read).WithTags("Desk").WithName("GetStatistics")
            .WithSummary("Read the figures of the shop, at most a second old, or follow them as server-sent events")
            .TakesOnly().IsListRead()
            .RequireAuthorization(Policies.Operator).HoldsConnection()
            .Produces<StatisticsBody>(StatusCodes.Status200OK, "application/json", EventStream.MediaType)
            .Answers(ProblemTypes.Validation);

    private static async Task<Results<Ok<StatisticsBody>, EmptyHttpResult, ProblemResult>> Read(
        Caller caller, HttpContext http, [AsParameters] StatisticsDesk desk)
    {
        var validation = new Validation();
        var demand = Positions.DemandOf(http.Request, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        http.Response.Headers.Vary = "Accept";
        http.Response.Headers.CacheControl = "no-store";
        if (!EventStream.IsAccepted(http.Request))
        {
            return TypedResults.Ok(StatisticsBody.From((await desk.Lists.StatisticsAsync(demand, http.RequestAborted)).Told(http)));
        }

        // One computation serves all who follow, so it does not look at replicas.
        await desk.Lists.StatisticsReachAsync(demand, http.RequestAborted);
        Positions.TellSource(http, ReadSource.Primary);
        return await desk.Streams.SendAsync(
            http, caller, orderId: null, desk.Feed.FollowAsync, static (body, figures, cancellationToken) => body.WriteAsync(figures, cancellationToken))
            is { } problem ? problem : TypedResults.Empty;
    }
}

/// <summary>What the endpoint of the figures works with.</summary>
public readonly record struct StatisticsDesk(IListReads Lists, StatisticsFeed Feed, EventStreams Streams);
