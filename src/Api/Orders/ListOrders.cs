using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Products;
using Granary.Api.Reading;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.Orders;

/// <summary><c>GET /orders</c>: a page of the caller's orders, or of all orders for an operator.</summary>
public static class ListOrders
{
    internal const string Oldest = "oldest";

    private static readonly string[] Sorts = ["newest", Oldest];

    /// <summary>The parameters that choose orders.</summary>
    public static RouteParameter[] Filters { get; } =
    [
        new("status", "Only orders that have this status.", Words.AllOf(typeof(OrderStatus))),
        new("user_id", "Only orders of this user; only an operator may name another than the caller."),
        new("from", "Only orders that were placed at this time (RFC 3339) or later."),
        new("to", "Only orders that were placed before this time (RFC 3339)."),
        new("sku", "Only orders that have a line of this product."),
        new("tracking", "Only orders that were shipped with this tracking number."),
        new("external_reference", "Only orders that were placed with this reference, by any caller."),
        new("updated_since", "Only orders that changed at this time (RFC 3339) or later. A list is then sorted by the last change."),
    ];

    /// <summary>The parameters of the query.</summary>
    public static RouteParameter[] Parameters { get; } =
    [
        .. Filters,
        new("sort", "Whether the newest come first, which is the default, or the oldest.", Sorts),
        RouteParameter.Limit,
        RouteParameter.Cursor,
    ];

    public static async Task<Results<Ok<OrderListBody>, ProblemResult>> List(
        [AsParameters] OrderListRequest request, Caller caller, HttpContext http, [AsParameters] OrderDesk desk)
    {
        var validation = new Validation();
        var query = QueryOf(request, validation);
        var demand = Positions.DemandOf(http.Request, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        if (caller.OwnerScope is { } owner)
        {
            if (query.UserId is not null && query.UserId != owner)
            {
                return new ProblemResult(Problem.Of(ProblemTypes.Forbidden));
            }

            query = query with { UserId = owner };
        }

        var page = (await desk.Lists.OrdersAsync(query, demand, http.RequestAborted)).Told(http);
        return TypedResults.Ok(new OrderListBody
        {
            Data = [.. page.Orders.Select(order => OrderBody.From(order, desk.Currency))],
            NextCursor = page.More && query.PlaceOf(page.Orders[^1]) is var last ? PageRequest.CursorAfter(last.CreatedAt, last.OrderId) : null,
        });
    }

    internal static OrderQuery QueryOf(OrderListRequest request, Validation validation)
    {
        var query = new OrderQuery
        {
            Limit = PageRequest.Limit(request.Limit, validation),
            UserId = UserOf(request.UserId, validation),
            Status = StatusOf(request.Status, validation),
            From = Rfc3339.Time("from", request.From, validation),
            To = Rfc3339.Time("to", request.To, validation),
            Sku = SkuOf(request.Sku, validation),
            Tracking = validation.OptionalText("tracking", request.Tracking, Limits.NameLength),
            ExternalReference = validation.OptionalText("external_reference", request.ExternalReference, Limits.ReferenceLength),
            UpdatedSince = Rfc3339.Time("updated_since", request.UpdatedSince, validation),
            OldestFirst = IsOldestFirst(request.Sort, validation),
            After = PageRequest.PlaceOf(request.Cursor, OrderId.IsValid, validation) is { } place ? new OrderPlace(place.At, place.Key) : null,
        };
        validation.Require(query.To is null || query.From is null || query.From <= query.To, "from", "must not be after to");
        return query;
    }

    private static string? UserOf(string? userId, Validation validation)
    {
        validation.Require(userId is null || UserId.IsValid(userId), "user_id", "is not a user id");
        return userId;
    }

    private static string? SkuOf(string? sku, Validation validation)
    {
        if (sku is not null)
        {
            Sku.Check("sku", sku, validation);
        }

        return sku;
    }

    private static bool IsOldestFirst(string? sort, Validation validation)
    {
        validation.Require(sort is null || Sorts.Contains(sort, StringComparer.Ordinal), "sort", "must be newest or oldest");
        return sort == Oldest;
    }

    private static OrderStatus? StatusOf(string? word, Validation validation)
    {
        if (word is null)
        {
            return null;
        }

        if (Words.Find<OrderStatus>(word) is { } status)
        {
            return status;
        }

        validation.Add("status", "is not a status of an order");
        return null;
    }
}

/// <summary>The query of <c>GET /orders</c>.</summary>
/// <param name="Status">Such as <c>pending</c>.</param>
/// <param name="UserId">The owner of the orders; only an operator may name another user.</param>
/// <param name="From">Placed at this time or later, RFC 3339.</param>
/// <param name="To">Placed before this time, RFC 3339.</param>
/// <param name="Sku">A product that the orders have a line of.</param>
/// <param name="Tracking">The tracking number of the orders.</param>
/// <param name="ExternalReference">The reference of the orders.</param>
/// <param name="UpdatedSince">Changed at this time or later, RFC 3339.</param>
/// <param name="Sort"><c>newest</c> or <c>oldest</c>.</param>
/// <param name="Limit">1 to 100 orders.</param>
/// <param name="Cursor">The <c>next_cursor</c> of the previous page.</param>
public readonly record struct OrderListRequest(
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "status")] string? Status,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "user_id")] string? UserId,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "from")] string? From,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "to")] string? To,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "sku")] string? Sku,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "tracking")] string? Tracking,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "external_reference")] string? ExternalReference,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "updated_since")] string? UpdatedSince,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "sort")] string? Sort,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "limit")] string? Limit,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "cursor")] string? Cursor);

/// <summary>A page of orders.</summary>
public sealed record OrderListBody
{
    /// <summary>In the order of <c>sort</c>.</summary>
    public required IReadOnlyList<OrderBody> Data { get; init; }

    /// <summary>The cursor of the next page; absent on the last page.</summary>
    public string? NextCursor { get; init; }
}
