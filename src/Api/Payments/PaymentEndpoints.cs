using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Orders;
using Granary.Api.Problems;
using Granary.Api.Reading;
using Granary.Api.Telemetry;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using NotFound = Granary.Grains.Interfaces.NotFound;
using PaymentAnswer = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Created<Granary.Api.Payments.PaymentBody>,
    Microsoft.AspNetCore.Http.HttpResults.Accepted<Granary.Api.Payments.PaymentBody>,
    Microsoft.AspNetCore.Http.HttpResults.Ok<Granary.Api.Payments.PaymentBody>,
    Granary.Api.Problems.ProblemResult>;
using PaymentChange = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Ok<Granary.Api.Payments.PaymentBody>,
    Microsoft.AspNetCore.Http.HttpResults.Accepted<Granary.Api.Payments.PaymentBody>,
    Granary.Api.Problems.ProblemResult>;

namespace Granary.Api.Payments;

/// <summary>The endpoints of payments with the external provider, and of refunds. What happens behind them is in <c>docs/payments.md</c>.</summary>
public static class PaymentEndpoints
{
    // Longer than a call to the provider takes.
    private const int BusyRetrySeconds = 10;

    private const int TokenLength = 255;

    /// <summary>Maps them under <c>/orders/{id}</c> and <c>/payments</c>.</summary>
    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        var ofOrder = routes.MapGroup("/orders/{id}").WithTags("Payments").Describes("id", "The id of the order.");
        ofOrder.MapPost("/payments", Pay).WithName("PayOrderExternally").Scope(Scopes.OrdersWrite).WaitsForOthers()
            .WithSummary("Pay an order with the external provider: 201 when it is done, 202 while it is open")
            .WithExample("""{ "token": "tok_ok" }""")
            .Reads(RequestHeader.IdempotencyKey with { IsRequired = true }).TellsPosition()
            .CalledBy("the owner of the order", Roles.Admin)
            .Answers(ProblemTypes.Validation, ProblemTypes.NotFound, ProblemTypes.PaymentDeclined, ProblemTypes.PaymentInProgress)
            .Answers(ProblemTypes.IllegalTransition, ProblemTypes.IdempotencyKeyReused, ProblemTypes.PaymentsNotConfigured)
            .Answers(ProblemTypes.PaymentProviderUnavailable);
        ofOrder.MapGet("/payments", ListPayments).WithName("ListPaymentsOfOrder").Scope(Scopes.OrdersRead)
            .WithSummary("List the external payments of an order, the first started first")
            .TakesOnly()
            .CalledBy("the owner of the order", Roles.Operator, Roles.Admin)
            .Answers(ProblemTypes.Validation, ProblemTypes.NotFound);
        ofOrder.MapPost("/refunds", Refund).WithName("RefundOrder").Scope(Scopes.PaymentsWrite).WaitsForOthers()
            .WithSummary("Refund a part of what was captured: 201 when the money went back, 202 while the provider is slow or away")
            .WithExample("""{ "amount": { "amount": 500, "currency": "USD" }, "reason": "One cup was broken." }""")
            .Reads(RequestHeader.IdempotencyKey with { IsRequired = true }).TellsPosition()
            .RequireAuthorization(Policies.Operator)
            .Answers(ProblemTypes.Validation, ProblemTypes.NotFound, ProblemTypes.PaymentDeclined, ProblemTypes.RefundExceedsCaptured)
            .Answers(ProblemTypes.IllegalTransition, ProblemTypes.IdempotencyKeyReused);

        var payments = routes.MapGroup("/payments").WithTags("Payments").Describes("id", "The id of the payment.");
        payments.MapGet("/", PaymentLists.List).WithName("ListPayments").Scope(Scopes.OrdersRead).AnswersAtLength()
            .WithSummary("List external payments, the newest first")
            .RequireAuthorization(Policies.Operator)
            .TakesOnly(PaymentLists.Parameters)
            .Answers(ProblemTypes.Validation);
        payments.MapGet("/reconciliation", PaymentLists.Reconciliation).WithName("GetReconciliation")
            .WithSummary("Read what the last nightly comparison with the provider's list has found")
            .RequireAuthorization(Policies.Operator)
            .TakesOnly()
            .Answers(ProblemTypes.Validation, ProblemTypes.NotFound);
        payments.MapPost("/{id}/acknowledge", PaymentLists.Acknowledge).WithName("AcknowledgePayment").Scope(Scopes.PaymentsWrite).TellsPosition()
            .WithSummary("Say that what a payment needs attention for was looked at")
            .WithExample("""{ "reason": "disputed", "note": "Answered in the provider's dashboard." }""")
            .RequireAuthorization(Policies.Operator)
            .Answers(ProblemTypes.Validation, ProblemTypes.NotFound);
        payments.MapGet("/{id}", Get).WithName("GetPayment").Scope(Scopes.OrdersRead).WithSummary("Read a payment")
            .CalledBy("the owner of the order", Roles.Operator, Roles.Admin)
            .Answers(ProblemTypes.NotFound);
        payments.MapPost("/{id}/capture", Capture).WithName("CapturePayment").Scope(Scopes.PaymentsWrite).WaitsForOthers().TellsPosition()
            .WithSummary("Capture what is authorized before its order ships: 202 while the provider is slow or away")
            .RequireAuthorization(Policies.Operator)
            .Answers(ProblemTypes.NotFound, ProblemTypes.IllegalTransition);
        payments.MapPost("/{id}/void", VoidPayment).WithName("VoidPayment").Scope(Scopes.PaymentsWrite).WaitsForOthers().TellsPosition()
            .WithSummary(
                "Give up what is authorized, unless the order lives on it; of an order that is over, ask again for a refund that was refused: "
                + "202 while the provider is slow or away")
            .RequireAuthorization(Policies.Operator)
            .Answers(ProblemTypes.NotFound, ProblemTypes.IllegalTransition);
    }

    private static async Task<PaymentAnswer> Pay(
        string id, PayOrderRequest request, Caller caller, HttpContext http, PaymentPlaces places, [AsParameters] OrderDesk desk)
    {
        var validation = new Validation();
        var key = IdempotencyKey.Required(http.Request.Headers[IdempotencyKey.Header], validation);
        var token = validation.Text("token", request.Token, TokenLength);
        validation.Require(!CardNumber.IsOne(token), "token", "is a card number, which must not be sent here: send the provider's token for it");
        var capture = request.Capture is null ? CaptureMode.Automatic : Words.Find<CaptureMode>(request.Capture);
        validation.Require(capture is not null, "capture", "must be automatic or manual");
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        if (!OrderId.IsValid(id))
        {
            return desk.Problems.For(new NotFound());
        }

        OrderTag.Mark(id);
        using var place = places.TryEnter(caller.UserId);
        if (place is null)
        {
            return Busy();
        }

        http.GiveBackTurn();
        var owner = caller.ActsForAll ? null : caller.UserId;
        var reply = await desk.Grains.Payment(PaymentId.From(id, key)).Pay(new PayExternally(id, owner, token, capture!.Value, caller.UserId));
        if (reply.Payment is not { } payment)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        if (reply.Replayed)
        {
            http.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        }

        Positions.Tell(http, payment);
        var location = "/payments/" + payment.Id;
        var body = PaymentBody.From(payment, desk.Currency, http.Request);
        switch (payment.Status)
        {
            case PaymentStatus.Declined:
                http.Response.Headers.Location = location;
                return new ProblemResult(Problem.Of(ProblemTypes.PaymentDeclined) with { DeclineCode = payment.DeclineCode, PaymentId = payment.Id });
            case PaymentStatus.Voided or PaymentStatus.AuthorizationExpired:
                // It was given up meanwhile: the order was cancelled, or an operator voided it.
                http.Response.Headers.Location = location;
                return new ProblemResult(Problem.Of(ProblemTypes.IllegalTransition, $"The payment is {body.Status}.") with
                {
                    CurrentStatus = body.Status,
                    AllowedActions = [],
                    PaymentId = payment.Id,
                });
            case PaymentStatus.Authorized or PaymentStatus.Captured when reply.Replayed:
                http.Response.Headers.Location = location;
                return TypedResults.Ok(body);
            case PaymentStatus.Authorized or PaymentStatus.Captured:
                return TypedResults.Created(location, body);
            default:
                return TypedResults.Accepted(location, body);
        }
    }

    private static async Task<Results<Ok<PaymentListBody>, ProblemResult>> ListPayments(
        string id, Caller caller, HttpContext http, [AsParameters] OrderDesk desk)
    {
        var reply = OrderId.IsValid(id) ? await desk.Grains.Order(id).Get(caller.OwnerScope) : new NotFound();
        if (reply.Order is not { } order)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        var payments = await Task.WhenAll((order.Payments ?? []).Select(payment => desk.Grains.Payment(payment).Get(owner: null)));
        return TypedResults.Ok(new PaymentListBody(
            [.. payments.Select(found => found.Payment).OfType<Payment>().Select(payment => PaymentBody.From(payment, desk.Currency, http.Request))]));
    }

    private static async Task<Results<Ok<PaymentBody>, ProblemResult>> Get(string id, Caller caller, HttpContext http, [AsParameters] OrderDesk desk)
    {
        var reply = OrderId.IsValid(id) ? await desk.Grains.Payment(id).Get(caller.OwnerScope) : new NotFound();
        return reply.Payment is { } payment
            ? TypedResults.Ok(PaymentBody.From(payment, desk.Currency, http.Request))
            : desk.Problems.For(reply.Refusal!);
    }

    private static Task<PaymentChange> Capture(
        string id, Caller caller, HttpContext http, PaymentPlaces places, [AsParameters] OrderDesk desk) =>
        Change(id, caller, http, places, desk, static (payment, by) => payment.Capture(by));

    private static Task<PaymentChange> VoidPayment(
        string id, Caller caller, HttpContext http, PaymentPlaces places, [AsParameters] OrderDesk desk) =>
        Change(id, caller, http, places, desk, static (payment, by) => payment.Void(by));

    private static async Task<PaymentChange> Change(
        string id, Caller caller, HttpContext http, PaymentPlaces places, OrderDesk desk, Func<IPaymentGrain, string, Task<PaymentReply>> change)
    {
        if (!OrderId.IsValid(id))
        {
            return desk.Problems.For(new NotFound());
        }

        using var place = places.TryEnter(caller.UserId);
        if (place is null)
        {
            return Busy();
        }

        http.GiveBackTurn();
        var reply = await change(desk.Grains.Payment(id), caller.UserId);
        if (reply.Payment is not { } payment)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        Positions.Tell(http, payment);
        return payment.IsOpen
            ? TypedResults.Accepted("/payments/" + payment.Id, PaymentBody.From(payment, desk.Currency, http.Request))
            : TypedResults.Ok(PaymentBody.From(payment, desk.Currency, http.Request));
    }

    private static async Task<Results<Created<RefundBody>, Accepted<RefundBody>, Ok<RefundBody>, ProblemResult>> Refund(
        string id, RefundOrderRequest request, Caller caller, HttpContext http, PaymentPlaces places, [AsParameters] OrderDesk desk)
    {
        var validation = new Validation();
        var key = IdempotencyKey.Required(http.Request.Headers[IdempotencyKey.Header], validation);
        var amount = validation.Amount("amount", request.Amount, desk.Currency, 1, Limits.Amount);
        var reason = validation.Text("reason", request.Reason, Limits.TextLength);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        if (!OrderId.IsValid(id))
        {
            return desk.Problems.For(new NotFound());
        }

        OrderTag.Mark(id);
        using var place = places.TryEnter(caller.UserId);
        if (place is null)
        {
            return Busy();
        }

        http.GiveBackTurn();
        var refund = new RefundOrder(PaymentId.OfRefund(id, key), amount, reason, new OrderCommand(caller.UserId));
        var reply = await desk.Grains.Order(id).Refund(refund);
        if (reply.Order is { PaymentMethod: PaymentMethod.External, Payments: [.., var payment] })
        {
            // The order has decided; the provider mostly confirms within the time of a request.
            await desk.Grains.Payment(payment).Advance();
            reply = (await desk.Grains.Order(id).Get(owner: null)) with { Replayed = reply.Replayed };
        }

        if (reply.Order is not { } order)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        http.Response.Headers.ETag = EntityTag.Of(order.Version);
        Positions.Tell(http, order);
        var granted = order.Refunds!.Single(known => known.Id == refund.Id);
        var body = RefundBody.From(granted, desk.Currency);
        if (reply.Replayed)
        {
            http.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        }

        var location = "/orders/" + id;
        if (granted.Status == RefundStatus.Failed)
        {
            return new ProblemResult(Problem.Of(ProblemTypes.PaymentDeclined, "The provider refuses the refund. Nothing went back; it can be granted again.") with
            {
                DeclineCode = granted.Code,
                PaymentId = order.Payments?[^1],
            });
        }

        if (granted.Status == RefundStatus.Pending)
        {
            return TypedResults.Accepted(location, body);
        }

        if (!reply.Replayed)
        {
            return TypedResults.Created(location, body);
        }

        http.Response.Headers.Location = location;
        return TypedResults.Ok(body);
    }

    private static ProblemResult Busy() => new(Problem.Of(
        ProblemTypes.Overloaded, "As many requests wait for the payment provider as may. The request was not carried out.") with
    {
        RetryAfter = BusyRetrySeconds,
    });
}
