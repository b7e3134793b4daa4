using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Orders;
using Granary.Api.Problems;
using Granary.Api.Reading;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NotFound = Granary.Grains.Interfaces.NotFound;

namespace Granary.Api.Payments;

/// <summary><c>GET /payments</c>, <c>POST /payments/{id}/acknowledge</c> and <c>GET /payments/reconciliation</c>: what staff have to look at.</summary>
public static class PaymentLists
{
    /// <summary>The parameters of the list.</summary>
    public static RouteParameter[] Parameters { get; } =
    [
        new("needs_attention", "true: only payments that an operator must look at; false: only others.", ["true", "false"]),
        new("status", "Only payments of this status.", Words.AllOf(typeof(PaymentStatus))),
        RouteParameter.Limit,
        RouteParameter.Cursor,
    ];

    public static async Task<Results<Ok<PaymentPageBody>, ProblemResult>> List(
        [FromQuery(Name = "needs_attention")] string? needsAttention, string? status, string? limit, string? cursor, HttpContext http, [AsParameters] OrderDesk desk)
    {
        var validation = new Validation();
        var query = new PaymentQuery
        {
            Limit = PageRequest.Limit(limit, validation),
            NeedsAttention = needsAttention is null ? null : needsAttention == "true",
            Status = status is null ? null : Words.Find<PaymentStatus>(status),
            After = PageRequest.PlaceOf(cursor, OrderId.IsValid, validation) is { } place ? new PaymentPlace(place.At, place.Key) : null,
        };
        validation.Require(needsAttention is null or "true" or "false", "needs_attention", "must be true or false");
        validation.Require(status is null || query.Status is not null, "status", $"must be one of {string.Join(", ", Words.AllOf(typeof(PaymentStatus)))}");
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var page = await Desk(desk).List(query);
        return TypedResults.Ok(new PaymentPageBody(
            [.. page.Payments.Select(payment => PaymentBody.From(payment, desk.Currency, http.Request))],
            page.Next is { } next ? PageRequest.CursorAfter(next.CreatedAt, next.Payment) : null));
    }

    public static async Task<Results<Ok<PaymentBody>, ProblemResult>> Acknowledge(
        string id, AcknowledgePaymentRequest request, Caller caller, HttpContext http, [AsParameters] OrderDesk desk)
    {
        var validation = new Validation();
        var reason = validation.Text("reason", request.Reason, Limits.NameLength);
        var note = validation.Text("note", request.Note, Limits.TextLength);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var reply = OrderId.IsValid(id)
            ? await desk.Grains.Payment(id).Acknowledge(new AcknowledgeAttention(reason, note, caller.UserId))
            : new NotFound();
        if (reply.Payment is not { } payment)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        Positions.Tell(http, payment);
        return TypedResults.Ok(PaymentBody.From(payment, desk.Currency, http.Request));
    }

    public static async Task<Results<Ok<ReconciliationBody>, ProblemResult>> Reconciliation([AsParameters] OrderDesk desk) =>
        await Desk(desk).Reconciliation() is { } report ? TypedResults.Ok(ReconciliationBody.Of(report, desk.Currency)) : desk.Problems.For(new NotFound());

    private static IPaymentDesk Desk(OrderDesk desk) => desk.Grains.GetGrain<IPaymentDesk>(0);
}
