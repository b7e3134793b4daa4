using System.Globalization;
using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Microsoft.AspNetCore.Http.HttpResults;
using NotFound = Granary.Grains.Interfaces.NotFound;

namespace Granary.Api.Orders;

/// <summary><c>GET /orders/{id}</c>: an order as it is, or as it was at a version or a time.</summary>
public static class ReadOrder
{
    /// <summary>The parameters of the query.</summary>
    public static RouteParameter[] Parameters { get; } =
    [
        new("at_version", "The order as it was answered at this version."),
        new("at", "The order as it was answered at this time (RFC 3339)."),
    ];

    public static async Task<Results<Ok<OrderBody>, StatusCodeHttpResult, ProblemResult>> Read(
        string id, [AsParameters] ReadOrderRequest request, Caller caller, HttpContext http, [AsParameters] OrderDesk desk)
    {
        var validation = new Validation();
        var version = VersionOf(request.AtVersion, validation);
        var at = Rfc3339.Time("at", request.At, validation);
        validation.Require(request.At is null || request.AtVersion is null, "at", "cannot be given together with at_version");
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        if (!OrderId.IsValid(id))
        {
            return desk.Problems.For(new NotFound());
        }

        var reply = await (version is null && at is null
            ? desk.Grains.Order(id).Get(caller.OwnerScope)
            : desk.Grains.GetGrain<IOrderSearchGrain>(0).GetAsOf(id, caller.OwnerScope, version, at));
        return reply.Order is { } order
            ? Preconditions.Answer(http, order.Version, desk.Problems, () => OrderBody.From(order, desk.Currency))
            : desk.Problems.For(reply.Refusal!);
    }

    private static long? VersionOf(string? text, Validation validation)
    {
        if (text is null)
        {
            return null;
        }

        var isVersion = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version);
        validation.Require(isVersion, "at_version", "is not a version, a whole number");
        return version;
    }
}

/// <summary>The query of <c>GET /orders/{id}</c>.</summary>
/// <param name="AtVersion">A version of the order.</param>
/// <param name="At">A time, RFC 3339.</param>
public readonly record struct ReadOrderRequest(
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "at_version")] string? AtVersion,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "at")] string? At);
