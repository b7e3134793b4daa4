using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Orders;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.BackOffice;

/// <summary><c>GET /statistics</c>: the figures of the operator's desk.</summary>
public static class StatisticsEndpoint
{
    /// <summary>Maps it.</summary>
    public static RouteHandlerBuilder MapStatistics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/statistics", Read).WithTags("Desk").WithName("GetStatistics")
            .WithSummary("Read the figures of the shop, at most a second old")
            .TakesOnly()
            .RequireAuthorization(Policies.Operator)
            .Answers(ProblemTypes.Validation);

    private static async Task<Ok<StatisticsBody>> Read(IGrainFactory grains)
    {
        var statistics = await grains.GetGrain<IStatisticsGrain>(0).Read();
        return TypedResults.Ok(new StatisticsBody
        {
            At = statistics.At.UtcDateTime,
            Orders = Enum.GetValues<OrderStatus>().Where(status => status != OrderStatus.None)
                .ToDictionary(status => Words.Of(status), status => statistics.Orders.GetValueOrDefault(status)),
            OrdersPerMinute = statistics.OrdersPerMinute,
            LagSeconds = statistics.Lag.OrderBy(lag => lag.Key, StringComparer.Ordinal).ToDictionary(lag => lag.Key, lag => Math.Round(lag.Value, 3)),
            PendingWebhooks = statistics.PendingWebhooks,
            LowStock = statistics.LowStock,
        });
    }
}

/// <summary>The figures of the operator's desk.</summary>
public sealed record StatisticsBody
{
    /// <summary>When they were computed.</summary>
    public required DateTime At { get; init; }

    /// <summary>How many orders have each status.</summary>
    public required IReadOnlyDictionary<string, long> Orders { get; init; }

    /// <summary>How many orders were placed in each of the last 60 minutes, the oldest first; the last minute is under way.</summary>
    public required IReadOnlyList<long> OrdersPerMinute { get; init; }

    /// <summary>How many seconds each consumer of the events is behind them; 0 when it is at the end.</summary>
    public required IReadOnlyDictionary<string, double> LagSeconds { get; init; }

    /// <summary>How many deliveries to webhooks are still to be made.</summary>
    public required long PendingWebhooks { get; init; }

    /// <summary>How many stock items have Granary:Stock:LowThreshold available units or fewer.</summary>
    public required long LowStock { get; init; }
}
