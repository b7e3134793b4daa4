using Granary.Api.Auth;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NotFound = Granary.Grains.Interfaces.NotFound;
using OrderAnswer = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Ok<Granary.Api.Orders.OrderBody>, Granary.Api.Problems.ProblemResult>;

namespace Granary.Api.Orders;

/// <summary>The endpoints of one order: reading, amending, cancelling and the steps of its life.</summary>
public static class OrderEndpoints
{
    /// <summary>Maps them under <c>/orders</c>.</summary>
    public static RouteGroupBuilder MapOrders(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders").WithTags("Orders");
        orders.MapPost("/", PlaceOrderEndpoint.Place).WithName("PlaceOrder").AsksUserItself();
        orders.MapGet("/", ListOrders.List).WithName("ListOrders");
        orders.MapGet("/{id}", Get).WithName("GetOrder").Produces(StatusCodes.Status304NotModified);
        orders.MapGet("/{id}/events", TrackOrder.Track).WithName("FollowOrder").HoldsConnection()
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream");
        orders.MapPut("/{id}", Amend).WithName("AmendOrder");
        orders.MapDelete("/{id}", Cancel).WithName("CancelOrder");
        orders.MapPost("/{id}/pay", Pay).WithName("PayOrder");
        orders.MapPost("/{id}/pack", Pack).WithName("PackOrder").RequireAuthorization(Policies.Operator);
        orders.MapPost("/{id}/ship", Ship).WithName("ShipOrder").RequireAuthorization(Policies.Operator);
        orders.MapPost("/{id}/receive", Receive).WithName("ReceiveOrder");
        orders.MapPost("/{id}/complete", Complete).WithName("CompleteOrder").RequireAuthorization(Policies.Operator);
        return orders;
    }

    private static async Task<Results<Ok<OrderBody>, StatusCodeHttpResult, ProblemResult>> Get(
        string id, Caller caller, HttpContext http, [AsParameters] OrderDesk desk)
    {
        if (!OrderId.IsValid(id))
        {
            return desk.Problems.For(new NotFound());
        }

        var reply = await desk.Grains.Order(id).Get(caller.OwnerScope);
        if (reply.Order is not { } order)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        http.Response.Headers.ETag = EntityTag.Of(order.Version);
        return EntityTag.IsKnown(http.Request.Headers.IfNoneMatch, order.Version)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(OrderBody.From(order, desk.Currency));
    }

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

    /// <summary>The owner an order must have for what only owners do; an administrator may do it for them.</summary>
    private static string? OwnerOf(Caller caller) => caller.IsAdmin ? null : caller.UserId;

    private static async Task<OrderAnswer> Change(
        string id,
        Caller caller,
        string? owner,
        HttpContext http,
        OrderDesk desk,
        Validation validation,
        Func<IOrderGrain, OrderCommand, Task<OrderReply>> change)
    {
        var version = EntityTag.Demanded(http.Request.Headers.IfMatch, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        if (!OrderId.IsValid(id))
        {
            return desk.Problems.For(new NotFound());
        }

        var command = new OrderCommand(caller.UserId, owner, version);
        var reply = await change(desk.Grains.Order(id), command);
        if (reply.Order is not { } order)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        http.Response.Headers.ETag = EntityTag.Of(order.Version);
        return TypedResults.Ok(OrderBody.From(order, desk.Currency));
    }
}
