using Granary.Api.Auth;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Reading;
using Granary.Api.Telemetry;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.Orders;

/// <summary><c>POST /orders</c>: checks the request, derives the order's id and places the order.</summary>
public static class PlaceOrderEndpoint
{
    private const int ClosedRetrySeconds = 60;

    private static readonly TimeSpan Staleness = TimeSpan.FromMinutes(5);

    public static async Task<Results<Created<OrderBody>, Ok<OrderBody>, ProblemResult>> Place(
        PlaceOrderRequest request, Caller caller, HttpContext http, [AsParameters] OrderDesk desk)
    {
        var validation = new Validation();
        var key = IdempotencyKey.From(http.Request.Headers[IdempotencyKey.Header], validation);
        var command = CommandOf(request, caller, Caller.IsKey(http.User), validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        if (command.UserId != caller.UserId && !caller.ActsForAll)
        {
            return new ProblemResult(Problem.Of(ProblemTypes.Forbidden, "Only an administrator or an API key may order for another user."));
        }

        var id = key is null ? OrderId.New(desk.Clock.GetUtcNow()) : OrderId.From(caller.UserId, key);
        if (key is not null)
        {
            command = command with { Fingerprint = FingerprintOf(command) };
        }

        OrderTag.Mark(id);
        var (settings, variant) = desk.Variants.Choose(http, command.UserId);
        var options = settings.Get<PlacingOptions>(variant);
        var refusal = IsStale(request.Timestamp, desk.Clock) ? Problem.Of(ProblemTypes.StaleRequest) : RefusalOf(command, options);
        if (refusal is not null && (key is null || (await desk.Grains.Order(id).Get(owner: null)).Order is null))
        {
            return new ProblemResult(refusal);
        }

        command = command with
        {
            Funds = await FundsOf(command.UserId, caller, http, desk),
            SettingsVariant = variant,
            PaymentTimeout = settings.IsSetBy(variant, SettingKeys.PaymentTimeout) ? options.PaymentTimeout : null,
        };

        // A repetition may come late. The order has read its events by now and compares the requests itself.
        var reply = await (refusal is not null ? desk.Grains.Order(id).Place(command) : desk.Placing.PlaceAsync(id, command));

        // A replay under a new id can only be this very request, repeated after a lost response.
        return Answer(key is null ? reply with { Replayed = false } : reply, http, desk);
    }

    /// <summary>Why no new order like this is placed at present.</summary>
    private static Problem? RefusalOf(PlaceOrder command, PlacingOptions options) =>
        !options.TakesOrders
            ? Problem.Of(ProblemTypes.Unavailable, $"No orders are placed at present: {SettingKeys.TakesOrders} is off.") with { RetryAfter = ClosedRetrySeconds }
        : command.PaymentMethod == PaymentMethod.External && !options.TakesExternalOrders
            ? Problem.Of(ProblemTypes.PaymentsNotConfigured, $"No orders with external payment are placed at present: {SettingKeys.TakesExternalOrders} is off.")
        : null;

    /// <summary>See <see cref="PlaceOrder.Funds"/>.</summary>
    private static async ValueTask<long?> FundsOf(string payer, Caller caller, HttpContext http, OrderDesk desk)
    {
        var user = payer == caller.UserId ? http.Features.Get<User>() : (await desk.Grains.User(payer).Get()).User;
        return user is { IsAtOrderLimit: true } ? -1 : user?.Wallet.Available;
    }

    private static Results<Created<OrderBody>, Ok<OrderBody>, ProblemResult> Answer(
        OrderReply reply, HttpContext http, OrderDesk desk)
    {
        if (reply.Order is not { } order)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        var body = OrderBody.From(order, desk.Currency);
        http.Response.Headers.ETag = EntityTag.Of(order.Version);
        Positions.Tell(http, order);
        if (!reply.Replayed)
        {
            return TypedResults.Created("/orders/" + order.Id, body);
        }

        http.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        http.Response.Headers.Location = "/orders/" + order.Id;
        return TypedResults.Ok(body);
    }

    private static PlaceOrder CommandOf(PlaceOrderRequest request, Caller caller, bool isKey, Validation validation)
    {
        validation.Require(request.UserId is null || UserId.IsValid(request.UserId), "user_id", "is not a user id");
        validation.Require(request.UserId is not null || !isKey, "user_id", "is required of an API key, which has no wallet");
        return new PlaceOrder
        {
            UserId = request.UserId ?? caller.UserId,
            Lines = OrderRules.Lines(request.Items, validation),
            ShippingAddress = OrderRules.AddressOf(request.ShippingAddress, validation),
            Note = OrderRules.NoteOf(request.Note, validation),
            By = caller.UserId,
            ExternalReference = OrderRules.ReferenceOf(request.ExternalReference, validation),
            Metadata = OrderRules.MetadataOf(request.Metadata, validation),
            PaymentMethod = OrderRules.PaymentMethodOf(request.PaymentMethod, validation),
        };
    }

    private static string FingerprintOf(PlaceOrder command) =>
        new FingerprintSource(
            command.UserId, command.Lines, command.ShippingAddress, command.Note, command.ExternalReference, command.Metadata,
            command.PaymentMethod == PaymentMethod.Wallet ? null : Words.Of(command.PaymentMethod)).Hash();

    private static bool IsStale(long? timestamp, TimeProvider clock)
    {
        if (timestamp is not { } milliseconds)
        {
            return false;
        }

        // Every long value is possible here: the comparison must not overflow.
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var tolerance = (long)Staleness.TotalMilliseconds;
        return milliseconds < now - tolerance || milliseconds > now + tolerance;
    }
}
