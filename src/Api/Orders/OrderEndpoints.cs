using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Reading;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NotFound = Granary.Grains.Interfaces.NotFound;
using OrderAnswer = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Ok<Granary.Api.Orders.OrderBody>, Granary.Api.Problems.ProblemResult>;

namespace Granary.Api.Orders;

/// <summary>The endpoints of one order: reading, amending, cancelling and the steps of its life.</summary>
public static class OrderEndpoints
{
    private const string Owner = "the owner of the order";

    /// <summary>Maps them under <c>/orders</c>.</summary>
    public static RouteGroupBuilder MapOrders(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders").WithTags("Orders").Describes("id", "The id of the order.");
        orders.MapPost("/", PlaceOrderEndpoint.Place).WithName("PlaceOrder").Scope(Scopes.OrdersWrite).TakesBodyOf(BodyLimit.Order)
            .WithSummary("Place an order: reserves the stock and holds the money, all or nothing")
            .WithExample("""{ "items": [{ "sku": "CUP-STONEWARE", "quantity": 2 }], "note": "Ring twice.", "external_reference": "web-2026-0417", "metadata": { "channel": "web" } }""")
            .Reads(RequestHeader.IdempotencyKey).TellsPosition()
            .Answers(ProblemTypes.Forbidden, ProblemTypes.StaleRequest, ProblemTypes.UnknownUser, ProblemTypes.UnknownProduct)
            .Answers(ProblemTypes.ProductNotForSale, ProblemTypes.PriceMoving, ProblemTypes.InsufficientStock, ProblemTypes.InsufficientFunds)
            .Answers(ProblemTypes.TooManyOpenOrders, ProblemTypes.ExternalReferenceTaken, ProblemTypes.IdempotencyKeyReused, ProblemTypes.IdempotencyInFlight)
            .Answers(ProblemTypes.PaymentsNotConfigured);
        orders.MapGet("/", ListOrders.List).WithName("ListOrders").Scope(Scopes.OrdersRead).AnswersAtLength().WithSummary("List orders")
            .TakesOnly(ListOrders.Parameters).IsListRead()
            .CalledBy("the owner of the orders", Roles.Operator, Roles.Admin)
            .Answers(ProblemTypes.Validation, ProblemTypes.Forbidden);
        orders.MapGet("/export", ExportOrders.Export).WithName("ExportOrders").Scope(Scopes.OrdersRead).HoldsConnection()
            .WithSummary("Export orders, one a line, the first placed first")
            .TakesOnly(ExportOrders.Parameters).IsListRead()
            .RequireAuthorization(Policies.Operator)
            .Produces<string>(StatusCodes.Status200OK, ExportOrders.MediaType)
            .Answers(ProblemTypes.Validation);
        orders.MapGet("/{id}", ReadOrder.Read).WithName("GetOrder").Scope(Scopes.OrdersRead).WithSummary("Read an order, as it is or as it was").IsConditionalRead()
            .TakesOnly(ReadOrder.Parameters)
            .CalledBy(Owner, Roles.Operator, Roles.Admin)
            .Answers(ProblemTypes.Validation, ProblemTypes.NotFound);
        orders.MapGet("/{id}/events", TrackOrder.Track).WithName("FollowOrder").Scope(Scopes.OrdersRead).HoldsConnection()
            .CalledBy(Owner, Roles.Operator, Roles.Admin)
            .WithSummary("Follow an order: its events as they happen, as server-sent events")
            .Reads(new RequestHeader("Last-Event-ID", "The last version seen: the events after it are sent first, or all if the order has no such version."))
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
            .Answers(ProblemTypes.NotFound);
        orders.MapPut("/{id}", Amend).WithName("AmendOrder").Scope(Scopes.OrdersWrite).TakesBodyOf(BodyLimit.Order).WithSummary("Change an order's lines, address or note")
            .IsAction(RequestHeader.IfMatch with { IsRequired = true })
            .CalledBy(Owner, Roles.Admin)
            .WithExample("""{ "items": [{ "sku": "CUP-STONEWARE", "quantity": 3 }] }""")
            .Answers(ProblemTypes.PreconditionRequired, ProblemTypes.UnknownProduct, ProblemTypes.ProductNotForSale)
            .Answers(ProblemTypes.InsufficientStock, ProblemTypes.InsufficientFunds, ProblemTypes.TooManyOpenOrders, ProblemTypes.PaymentInProgress);
        orders.MapDelete("/{id}", Cancel).WithName("CancelOrder").Scope(Scopes.OrdersWrite).WithSummary("Cancel an order: stock and money come back").IsAction()
            .CalledBy(Owner, Roles.Operator, Roles.Admin)
            .WithExample("""{ "reason": "Ordered by mistake." }""");
        orders.MapPost("/{id}/pay", Pay).WithName("PayOrder").Scope(Scopes.OrdersWrite).WithSummary("Pay an order with the money that is held for it").IsAction()
            .CalledBy(Owner, Roles.Admin);
        orders.MapPost("/{id}/pack", Pack).WithName("PackOrder").Scope(Scopes.FulfilmentWrite).WithSummary("Say that an order is being packed").IsAction()
            .RequireAuthorization(Policies.Operator)
            .Answers(ProblemTypes.TakenByAnother);
        orders.MapPost("/claim-next", ClaimNext).WithName("ClaimNextOrder").Scope(Scopes.FulfilmentWrite)
            .WithSummary("Take the paid order that was placed first, to pack it: 204 when there is none")
            .TakesOnly().TellsPosition()
            .Answers(ProblemTypes.Validation)
            .RequireAuthorization(Policies.Operator);
        orders.MapPost("/{id}/ship", Ship).WithName("ShipOrder").Scope(Scopes.FulfilmentWrite).IsAction()
            .WithSummary("Say that an order was shipped, with its tracking number")
            .WithExample("""{ "carrier": "Post", "tracking_number": "RR123456785GB" }""")
            .RequireAuthorization(Policies.Operator);
        orders.MapPost("/{id}/receive", Receive).WithName("ReceiveOrder").Scope(Scopes.OrdersWrite).WithSummary("Say that an order was received").IsAction()
            .CalledBy(Owner, Roles.Operator, Roles.Admin);
        orders.MapPost("/{id}/complete", Complete).WithName("CompleteOrder").Scope(Scopes.FulfilmentWrite).WithSummary("Close an order that was received").IsAction()
            .RequireAuthorization(Policies.Operator);
        return orders;
    }

    /// <summary>What every change of an order can be refused with, and the conditions that it takes.</summary>
    private static RouteHandlerBuilder IsAction(this RouteHandlerBuilder route, RequestHeader? ifMatch = null) => route
        .IsConditionalChange(ifMatch).TellsPosition()
        .Answers(ProblemTypes.Validation, ProblemTypes.NotFound, ProblemTypes.IllegalTransition);

    private static Task<OrderAnswer> Amend(
        string id, AmendOrderRequest request, Caller caller, HttpContext http, [AsParameters] OrderDesk desk)
    {
        if (http.Request.Headers.IfMatch.Count == 0)
        {
            return Task.FromResult<OrderAnswer>(new ProblemResult(Problem.Of(ProblemTypes.PreconditionRequired)));
        }

        var validation = new Validation();
        var amendment = new OrderAmendment(
            request.Items is null ? null : OrderRules.Lines(request.Items, validation),
            OrderRules.AddressOf(request.ShippingAddress, validation),
            OrderRules.NoteOf(request.Note, validation));
        return Change(id, caller, OwnerOf(caller), http, desk, validation, (order, command) => order.Amend(command, amendment));
    }

    private static Task<OrderAnswer> Cancel(
        string id, [FromBody] CancelOrderRequest? request, Caller caller, HttpContext http, [AsParameters] OrderDesk desk)
    {
        var validation = new Validation();
        var reason = validation.OptionalText("reason", request?.Reason, Limits.TextLength, multiline: true);
        return Change(id, caller, caller.OwnerScope, http, desk, validation, (order, command) => order.Cancel(command, reason));
    }

    private static Task<OrderAnswer> Pay(string id, Caller caller, HttpContext http, [AsParameters] OrderDesk desk) =>
        Change(id, caller, OwnerOf(caller), http, desk, new Validation(), static (order, command) => order.Pay(command));

    private static Task<OrderAnswer> Pack(string id, Caller caller, HttpContext http, [AsParameters] OrderDesk desk) =>
        Change(id, caller, caller.OwnerScope, http, desk, new Validation(), static (order, command) => order.Pack(command));

    private static async Task<Results<Ok<OrderBody>, NoContent>> ClaimNext(Caller caller, HttpContext http, [AsParameters] OrderDesk desk)
    {
        if (await desk.Grains.GetGrain<IPackingDeskGrain>(0).ClaimNext(caller.UserId) is not { } order)
        {
            return TypedResults.NoContent();
        }

        http.Response.Headers.ETag = EntityTag.Of(order.Version);
        Positions.Tell(http, order);
        http.Response.Headers.Location = "/orders/" + order.Id;
        return TypedResults.Ok(OrderBody.From(order, desk.Currency));
    }

    private static Task<OrderAnswer> Ship(
        string id, ShipOrderRequest request, Caller caller, HttpContext http, [AsParameters] OrderDesk desk)
    {
        var validation = new Validation();
        var tracking = new Tracking(
            validation.Text("carrier", request.Carrier, Limits.NameLength),
            validation.Text("tracking_number", request.TrackingNumber, Limits.NameLength));
        return Change(id, caller, caller.OwnerScope, http, desk, validation, (order, command) => order.Ship(command, tracking));
    }

    private static Task<OrderAnswer> Receive(string id, Caller caller, HttpContext http, [AsParameters] OrderDesk desk) =>
        Change(id, caller, caller.OwnerScope, http, desk, new Validation(), static (order, command) => order.Receive(command));

    private static Task<OrderAnswer> Complete(string id, Caller caller, HttpContext http, [AsParameters] OrderDesk desk) =>
        Change(id, caller, caller.OwnerScope, http, desk, new Validation(), static (order, command) => order.Complete(command));

    /// <summary>The owner an order must have for what only owners do; administrators and API keys may do it for them.</summary>
    private static string? OwnerOf(Caller caller) => caller.ActsForAll ? null : caller.UserId;

    private static async Task<OrderAnswer> Change(
        string id,
        Caller caller,
        string? owner,
        HttpContext http,
        OrderDesk desk,
        Validation validation,
        Func<IOrderGrain, OrderCommand, Task<OrderReply>> change)
    {
        var condition = Preconditions.Of(http.Request, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        if (!OrderId.IsValid(id))
        {
            return desk.Problems.For(new NotFound());
        }

        var command = new OrderCommand(caller.UserId, owner, condition?.IfMatch?.ForEarlierRelease, condition);
        var reply = await change(desk.Grains.Order(id), command);
        if (reply.Order is not { } order)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        http.Response.Headers.ETag = EntityTag.Of(order.Version);
        Positions.Tell(http, order);
        return TypedResults.Ok(OrderBody.From(order, desk.Currency));
    }
}
