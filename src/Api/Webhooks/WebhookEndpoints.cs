using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Feed;
using Granary.Grains.Interfaces.Webhooks;
using Microsoft.AspNetCore.Http.HttpResults;
using NotFound = Granary.Grains.Interfaces.NotFound;

namespace Granary.Api.Webhooks;

/// <summary>The endpoints by which operators keep webhooks. What their receivers get is in <c>docs/webhooks.md</c>.</summary>
public static class WebhookEndpoints
{
    private const string TooManyTests = "A test of the webhook is under way, or as many tests of others in this process as may be.";

    // About as long as a test takes where the receiver does not answer.
    private const int TestRetrySeconds = 15;

    /// <summary>Maps them under <c>/webhooks</c>.</summary>
    public static RouteGroupBuilder MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapGroup("/webhooks").WithTags("Webhooks").RequireAuthorization(Policies.Operator).Scope(Scopes.WebhooksWrite)
            .Describes("id", "The id of the webhook.")
            .Describes("delivery", "The id of the delivery.");
        webhooks.MapPost("/", Register).WithName("RegisterWebhook").WithSummary("Register an address that events are sent to")
            .WithExample("""{ "url": "https://hooks.example/granary", "events": ["order.paid", "order.cancelled"] }""");
        webhooks.MapGet("/", List).WithName("ListWebhooks").AnswersAtLength().WithSummary("List webhooks")
            .TakesOnly(RouteParameter.Limit, RouteParameter.Cursor)
            .Answers(ProblemTypes.Validation);
        webhooks.MapGet("/event-types", EventTypes).WithName("ListEventTypes").WithSummary("List the events that a webhook can subscribe to")
            .TakesOnly()
            .Answers(ProblemTypes.Validation);
        webhooks.MapGet("/{id}", Get).WithName("GetWebhook").WithSummary("Read a webhook")
            .Answers(ProblemTypes.NotFound);
        webhooks.MapPatch("/{id}", Update).WithName("UpdateWebhook")
            .WithSummary("Change a webhook's address or events, or enable or disable it")
            .WithExample("""{ "events": ["order.paid", "stock.low"], "enabled": true }""")
            .Answers(ProblemTypes.NotFound);
        webhooks.MapPost("/{id}/rotate-secret", RotateSecret).WithName("RotateWebhookSecret")
            .WithSummary("Give a webhook a new secret; the one before signs for 24 hours more")
            .Answers(ProblemTypes.NotFound);
        webhooks.MapPost("/{id}/test", Test).WithName("TestWebhook").WithSummary("Send a signed test message now and say what happened")
            .Answers(ProblemTypes.NotFound);
        webhooks.MapDelete("/{id}", Delete).WithName("DeleteWebhook").WithSummary("Delete a webhook");
        webhooks.MapGet("/{id}/deliveries", ListDeliveries).WithName("ListDeliveries").AnswersAtLength()
            .WithSummary("List a webhook's deliveries and their outcomes")
            .TakesOnly(RouteParameter.Limit, RouteParameter.Cursor)
            .Answers(ProblemTypes.Validation, ProblemTypes.NotFound);
        webhooks.MapPost("/{id}/deliveries/{delivery}/redeliver", Redeliver).WithName("Redeliver").WithSummary("Send a delivery again")
            .Answers(ProblemTypes.NotFound, ProblemTypes.IllegalTransition);
        return webhooks;
    }

    private static async Task<Results<Created<WebhookBody>, ProblemResult>> Register(
        RegisterWebhookRequest request, Caller caller, HttpContext http, [AsParameters] WebhookServices services)
    {
        var validation = new Validation();
        var url = validation.Text("url", request.Url, Limits.UrlLength);
        validation.Require(request.Events is { Count: > 0 }, "events", "must name at least one event");
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var reply = await services.Desk.Register(new RegisterWebhook(url, request.Events!, caller.UserId));
        if (reply.Webhook is not { } webhook)
        {
            return services.Problems.For(reply.Refusal!);
        }

        // The only answer that holds the secret.
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created("/webhooks/" + webhook.Id, WebhookBody.From(webhook, reply.Secret));
    }

    private static async Task<Results<Ok<WebhookListBody>, ProblemResult>> List(
        string? limit, string? cursor, [AsParameters] WebhookServices services)
    {
        var validation = new Validation();
        var count = PageRequest.Limit(limit, validation);
        var after = PageRequest.KeyOf(cursor, IsId, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var page = await services.Desk.List(count, after);
        return TypedResults.Ok(new WebhookListBody(
            [.. page.Webhooks.Select(webhook => WebhookBody.From(webhook))],
            page.More ? PageRequest.CursorAfter(page.Webhooks[^1].Id) : null));
    }

    private static Ok<EventTypeListBody> EventTypes(IEventFeed feed) => TypedResults.Ok(new EventTypeListBody(feed.Types));

    private static async Task<Results<Ok<WebhookBody>, ProblemResult>> Get(string id, [AsParameters] WebhookServices services)
    {
        var reply = IsId(id) ? await services.Desk.Get(id) : null;
        return reply?.Webhook is { } webhook
            ? TypedResults.Ok(WebhookBody.From(webhook))
            : services.Problems.For(reply?.Refusal ?? new NotFound());
    }

    private static async Task<Results<Ok<WebhookBody>, ProblemResult>> Update(
        string id, UpdateWebhookRequest request, [AsParameters] WebhookServices services)
    {
        var validation = new Validation();
        var url = request.Url is null ? null : validation.Text("url", request.Url, Limits.UrlLength);
        validation.Require(request.Events is null or { Count: > 0 }, "events", "must name at least one event");
        validation.Require(request.Url is not null || request.Events is not null || request.Enabled is not null, "body", "must change something");
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var reply = IsId(id) ? await services.Desk.Update(new UpdateWebhook(id, url, request.Events, request.Enabled)) : null;
        return reply?.Webhook is { } webhook
            ? TypedResults.Ok(WebhookBody.From(webhook))
            : services.Problems.For(reply?.Refusal ?? new NotFound());
    }

    private static async Task<Results<Ok<WebhookBody>, ProblemResult>> RotateSecret(
        string id, HttpContext http, [AsParameters] WebhookServices services)
    {
        var reply = IsId(id) ? await services.Desk.RotateSecret(id) : null;
        if (reply?.Webhook is not { } webhook)
        {
            return services.Problems.For(reply?.Refusal ?? new NotFound());
        }

        // The only answer that holds the new secret.
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(WebhookBody.From(webhook, reply.Secret));
    }

    private static async Task<Results<Ok<WebhookTestBody>, ProblemResult>> Test(
        string id, WebhookTestPlaces places, [AsParameters] WebhookServices services)
    {
        using var place = places.TryEnter(id);
        if (place is null)
        {
            return new ProblemResult(Problem.Of(ProblemTypes.TooManyRequests, TooManyTests) with { RetryAfter = TestRetrySeconds });
        }

        var reply = IsId(id) ? await services.Desk.Test(id) : null;
        return reply is { Refusal: null }
            ? TypedResults.Ok(new WebhookTestBody(
                reply.Id, reply.StatusCode is >= 200 and < 300, (long)reply.Duration.TotalMilliseconds, reply.StatusCode, reply.Error))
            : services.Problems.For(reply?.Refusal ?? new NotFound());
    }

    /// <summary>Deleting what is gone already is no error, so that a repeated request gets the same answer.</summary>
    private static async Task<NoContent> Delete(string id, [AsParameters] WebhookServices services)
    {
        if (IsId(id))
        {
            await services.Desk.Delete(id);
        }

        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<DeliveryListBody>, ProblemResult>> ListDeliveries(
        string id, string? limit, string? cursor, [AsParameters] WebhookServices services)
    {
        var validation = new Validation();
        var count = PageRequest.Limit(limit, validation);
        var after = PageRequest.PlaceOf(cursor, IsDeliveryId, validation) is { } place ? new DeliveryPlace(place.At, place.Key) : (DeliveryPlace?)null;
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        if (!IsId(id) || await services.Desk.Deliveries(id, count, after) is not { } page)
        {
            return services.Problems.For(new NotFound());
        }

        return TypedResults.Ok(new DeliveryListBody(
            [.. page.Deliveries.Select(DeliveryBody.From)],
            page.More ? PageRequest.CursorAfter(page.Deliveries[^1].CreatedAt, page.Deliveries[^1].Id) : null));
    }

    private static async Task<Results<Accepted<DeliveryBody>, ProblemResult>> Redeliver(
        string id, string delivery, [AsParameters] WebhookServices services)
    {
        var reply = IsId(id) && IsDeliveryId(delivery) ? await services.Desk.Redeliver(id, delivery) : null;
        return reply?.Delivery is { } again
            ? TypedResults.Accepted($"/webhooks/{id}/deliveries", DeliveryBody.From(again))
            : services.Problems.For(reply?.Refusal ?? new NotFound());
    }

    private static bool IsId(string id) => IsHex(id, "wh_");

    private static bool IsDeliveryId(string id) => IsHex(id, "msg_");

    private static bool IsHex(string id, string prefix) =>
        id.Length == prefix.Length + 32 && id.StartsWith(prefix, StringComparison.Ordinal) && id.Skip(prefix.Length).All(char.IsAsciiHexDigitLower);
}

/// <summary>What the webhook endpoints work with.</summary>
public readonly record struct WebhookServices(IGrainFactory Grains, RefusalProblems Problems)
{
    /// <summary>The desk that keeps the webhooks.</summary>
    public IWebhookDesk Desk => Grains.GetGrain<IWebhookDesk>(0);
}
