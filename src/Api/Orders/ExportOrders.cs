using System.Text.Json;
using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Reading;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Reading;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.Orders;

/// <summary>
/// <c>GET /orders/export</c>: every order that the filters choose, one a line (https://github.com/ndjson/ndjson-spec), the first placed
/// first. It holds a page of orders in memory, however many there are: the next page is read when the caller has taken the one before. An
/// answer that ends is complete; where reading fails after it has begun, the connection is broken instead.
/// </summary>
public static partial class ExportOrders
{
    /// <summary>What the answer is.</summary>
    public const string MediaType = "application/x-ndjson";

    private const int PageLength = 250;

    private const string TooMany = "As many exports are under way in this process, or of this caller, as may be.";

    private const int RetrySeconds = 10;

    // The right of a caller is looked at again as often as a stream of events does it, so that it ends with a suspension.
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(15);

    /// <summary>The parameters of the query.</summary>
    public static RouteParameter[] Parameters { get; } =
    [
        .. ListOrders.Filters,
        new("after", "The id of the last order of an export that was interrupted: only the orders after it."),
    ];

    public static async Task<Results<EmptyHttpResult, ProblemResult>> Export(
        [AsParameters] OrderExportRequest request,
        Caller caller,
        HttpContext http,
        LastingAccess access,
        ExportPlaces places,
        ILogger<ExportPlaces> log,
        IHostApplicationLifetime lifetime,
        [AsParameters] OrderDesk desk)
    {
        var validation = new Validation();
        var demand = Positions.DemandOf(http.Request, validation);
        var query = await QueryOf(request, desk, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        using var place = places.TryEnter(caller.UserId);
        if (place is null)
        {
            return new ProblemResult(Problem.Of(ProblemTypes.TooManyRequests, TooMany) with { RetryAfter = RetrySeconds });
        }

        // Before the answer begins: whatever fails here is answered as a problem.
        var first = await desk.Lists.OrdersAsync(query, demand, http.RequestAborted);
        var page = first.Told(http);
        http.Response.ContentType = MediaType;
        http.Response.Headers.CacheControl = "no-store";
        // Otherwise proxies such as nginx keep it on disk first.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return TypedResults.Empty;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            if (!await WriteAsync(page, query, demand with { AtPrimary = first.From == ReadSource.Primary }, () => access.HoldsAsync(http, caller), http, desk, end.Token))
            {
                http.Abort();
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The caller has gone, or the server stops: an answer that is not complete must not end like one that is.
            http.Abort();
        }
        catch (Exception fault)
        {
            BrokeOff(log, fault);
            http.Abort();
        }

        return TypedResults.Empty;
    }

    /// <summary>
    /// Writes page after page, each when the one before has been taken. Where a replica fails, the primary goes on behind the last order; it is never
    /// older, and nothing goes back to a replica, which may be.
    /// </summary>
    /// <returns>False where the caller has lost the right to it.</returns>
    private static async Task<bool> WriteAsync(
        OrderPage page, OrderQuery query, ReadDemand demand, Func<Task<bool>> isAllowed, HttpContext http, OrderDesk desk, CancellationToken cancellationToken)
    {
        var type = ApiJson.Options.GetTypeInfo(typeof(OrderBody));
        var body = http.Response.BodyWriter;
        var looked = desk.Clock.GetTimestamp();
        while (true)
        {
            foreach (var order in page.Orders)
            {
                await JsonSerializer.SerializeAsync(body, OrderBody.From(order, desk.Currency), type, cancellationToken);
                body.GetSpan(1)[0] = (byte)'\n';
                body.Advance(1);
            }

            // Waits until the connection has room.
            await body.FlushAsync(cancellationToken);
            if (!page.More)
            {
                return true;
            }

            if (desk.Clock.GetElapsedTime(looked) > Recheck)
            {
                if (!await isAllowed())
                {
                    return false;
                }

                looked = desk.Clock.GetTimestamp();
            }

            query = query with { After = query.PlaceOf(page.Orders[^1]) };
            var next = await desk.Lists.OrdersAsync(query, demand, cancellationToken).WaitAsync(cancellationToken);
            (page, demand) = (next.Value, demand with { AtPrimary = next.From == ReadSource.Primary });
        }
    }

    private static async Task<OrderQuery> QueryOf(OrderExportRequest request, OrderDesk desk, Validation validation)
    {
        var query = ListOrders.QueryOf(
            new OrderListRequest(
                request.Status, request.UserId, request.From, request.To, request.Sku, request.Tracking, request.ExternalReference,
                request.UpdatedSince, ListOrders.Oldest, Limit: null, Cursor: null),
            validation) with
        { Limit = PageLength, ByPlacement = true };
        if (request.After is not { } after || validation.Failed)
        {
            return query;
        }

        var place = OrderId.IsValid(after) ? await desk.Grains.GetGrain<IOrderSearchGrain>(0).PlaceOf(after) : null;
        validation.Require(place is not null, "after", "is not the id of an order");
        return query with { After = place };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An export broke off; its caller can resume it.")]
    private static partial void BrokeOff(ILogger log, Exception fault);
}

/// <summary>The query of <c>GET /orders/export</c>.</summary>
/// <param name="Status">Such as <c>pending</c>.</param>
/// <param name="UserId">The owner of the orders.</param>
/// <param name="From">Placed at this time or later, RFC 3339.</param>
/// <param name="To">Placed before this time, RFC 3339.</param>
/// <param name="Sku">A product that the orders have a line of.</param>
/// <param name="Tracking">The tracking number of the orders.</param>
/// <param name="ExternalReference">The reference of the orders.</param>
/// <param name="UpdatedSince">Changed at this time or later, RFC 3339.</param>
/// <param name="After">The id of the last order that the caller has.</param>
public readonly record struct OrderExportRequest(
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "status")] string? Status,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "user_id")] string? UserId,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "from")] string? From,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "to")] string? To,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "sku")] string? Sku,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "tracking")] string? Tracking,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "external_reference")] string? ExternalReference,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "updated_since")] string? UpdatedSince,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "after")] string? After);
