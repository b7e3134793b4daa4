using System.Collections.Frozen;

namespace Granary.Api.Problems;

/// <summary>The catalogue of all problem types: what the API answers with and what <c>/problems/{slug}</c> documents.</summary>
public static class ProblemTypes
{
    public static readonly ProblemType Validation = new(
        "validation", StatusCodes.Status400BadRequest, "The request is not valid",
        "The body, a header or a query parameter is malformed, of the wrong type, missing or out of bounds, or a field of the body is unknown.",
        "Correct the fields that errors names, and send it again.", "errors");

    public static readonly ProblemType StaleRequest = new(
        "stale-request", StatusCodes.Status400BadRequest, "The request is stale",
        "The timestamp of the request is more than five minutes away from the server's clock.",
        "Check the clock of the caller; send the request with the current time, or without a timestamp.");

    public static readonly ProblemType Unauthorized = new(
        "unauthorized", StatusCodes.Status401Unauthorized, "Authentication is required",
        "The request carries no access token, or one that is malformed, expired or not meant for this API.",
        "Get a token at POST /auth/token and send it as Authorization: Bearer.");

    public static readonly ProblemType InvalidCredentials = new(
        "invalid-credentials", StatusCodes.Status401Unauthorized, "User name or password is wrong",
        "Nobody with this user name has this password.",
        "Check both; after repeated failures the wait between attempts grows.");

    public static readonly ProblemType InsufficientFunds = new(
        "insufficient-funds", StatusCodes.Status402PaymentRequired, "The wallet does not cover the total",
        "The order costs more than is free in the wallet. Nothing was taken.",
        "Deposit the difference, or order less.", "required", "available");

    public static readonly ProblemType Forbidden = new(
        "forbidden", StatusCodes.Status403Forbidden, "The caller may not do this",
        "The access token is valid, but the action needs a role that the caller does not have.",
        "Ask an administrator for the role.");

    public static readonly ProblemType UserSuspended = new(
        "user-suspended", StatusCodes.Status403Forbidden, "The user may not act",
        "The user's account is suspended or closed.",
        "An administrator can reactivate a suspended account.", "current_status");

    public static readonly ProblemType NotFound = new(
        "not-found", StatusCodes.Status404NotFound, "There is no such thing",
        "Nothing is known under this address, or nothing that this caller may see.",
        "Check the address and the id.");

    public static readonly ProblemType MethodNotAllowed = new(
        "method-not-allowed", StatusCodes.Status405MethodNotAllowed, "The method is not allowed here",
        "The address exists, but not for this HTTP method.",
        "Use one of the methods that the Allow header names.");

    public static readonly ProblemType IllegalTransition = new(
        "illegal-transition", StatusCodes.Status409Conflict, "The current state does not permit this",
        "The order, product, user or webhook is in a state that does not permit the action. Nothing has changed.",
        "Take one of the allowed actions.", "current_status", "allowed_actions");

    public static readonly ProblemType InsufficientStock = new(
        "insufficient-stock", StatusCodes.Status409Conflict, "There is not enough stock",
        "Some lines ask for more units than are available. Nothing was taken.",
        "Order at most what lines gives as available, or wait for a restock.", "lines");

    public static readonly ProblemType UserNameTaken = new(
        "user-name-taken", StatusCodes.Status409Conflict, "The user name is taken",
        "Somebody has registered under this user name, or one that differs only by case.",
        "Choose another user name.");

    public static readonly ProblemType PriceMoving = new(
        "price-moving", StatusCodes.Status409Conflict, "A price is changing",
        "The price of a product kept changing while the order was being placed. Nothing was taken.",
        "Look at the product's price and try again.", "lines");

    public static readonly ProblemType IdempotencyInFlight = new(
        "idempotency-in-flight", StatusCodes.Status409Conflict, "The same request is being worked on",
        "Another request of this caller with the same Idempotency-Key has taken the stock or the money and has not ended.",
        "Repeat it after the seconds in Retry-After, with the same key; the answer is then that of the other one.");

    public static readonly ProblemType PreconditionFailed = new(
        "precondition-failed", StatusCodes.Status412PreconditionFailed, "It has changed meanwhile",
        "If-Match names another version than the current one. Nothing has changed.",
        "Read it again, decide again, and send its new ETag as If-Match.", "current_version");

    public static readonly ProblemType PayloadTooLarge = new(
        "payload-too-large", StatusCodes.Status413PayloadTooLarge, "The body is too large",
        "The request's body exceeds one megabyte.",
        "Send less at once.");

    public static readonly ProblemType UnsupportedMediaType = new(
        "unsupported-media-type", StatusCodes.Status415UnsupportedMediaType, "The body is not JSON",
        "The body's Content-Type is not application/json in UTF-8.",
        "Send JSON in UTF-8 with Content-Type: application/json.");

    public static readonly ProblemType UnknownProduct = new(
        "unknown-product", StatusCodes.Status422UnprocessableEntity, "A product does not exist",
        "Some lines name products that do not exist. Nothing was taken.",
        "Remove the lines named.", "lines");

    public static readonly ProblemType ProductNotForSale = new(
        "product-not-for-sale", StatusCodes.Status422UnprocessableEntity, "A product is not for sale",
        "Some lines name products that are suspended or discontinued. Nothing was taken.",
        "Remove the lines named.", "lines");

    public static readonly ProblemType UnknownUser = new(
        "unknown-user", StatusCodes.Status422UnprocessableEntity, "The user does not exist",
        "The user_id of the request belongs to nobody.",
        "Register the user, or leave user_id out.");

    public static readonly ProblemType IdempotencyKeyReused = new(
        "idempotency-key-reused", StatusCodes.Status422UnprocessableEntity, "The idempotency key was used before",
        "An earlier request of this caller had the same Idempotency-Key and another content.",
        "Use a fresh key for every new request, and the same key only to repeat one.");

    public static readonly ProblemType PreconditionRequired = new(
        "precondition-required", StatusCodes.Status428PreconditionRequired, "If-Match is required",
        "The change would overwrite what the caller may not have seen.",
        "Read it, and send its ETag as If-Match.");

    public static readonly ProblemType TooManyRequests = new(
        "too-many-requests", StatusCodes.Status429TooManyRequests, "Too many requests",
        "The caller sends faster than agreed, or has failed to log in too often. Nothing was done.",
        "Repeat it after the seconds in Retry-After; RateLimit tells how much remains.");

    public static readonly ProblemType Internal = new(
        "internal", StatusCodes.Status500InternalServerError, "The server failed",
        "A fault of the server. Whether the request took effect is unknown.",
        "Repeat it with the same Idempotency-Key; if it persists, report the request_id.");

    public static readonly ProblemType Unavailable = new(
        "unavailable", StatusCodes.Status503ServiceUnavailable, "The service is not available now",
        "Storage or a part of the cluster is out of reach. Whether the request took effect is unknown.",
        "Repeat it after the seconds in Retry-After, with the same Idempotency-Key.");

    public static readonly ProblemType Overloaded = new(
        "overloaded", StatusCodes.Status503ServiceUnavailable, "The server is busy",
        "There is more work than this server can do in useful time. Nothing was done.",
        "Repeat it after the seconds in Retry-After.");

    /// <summary>All of them, by status.</summary>
    public static IReadOnlyList<ProblemType> All { get; } =
    [
        Validation, StaleRequest, Unauthorized, InvalidCredentials, InsufficientFunds, Forbidden, UserSuspended, NotFound, MethodNotAllowed,
        IllegalTransition, InsufficientStock, UserNameTaken, PriceMoving, IdempotencyInFlight, PreconditionFailed, PayloadTooLarge,
        UnsupportedMediaType, UnknownProduct, ProductNotForSale, UnknownUser, IdempotencyKeyReused, PreconditionRequired,
        TooManyRequests, Internal, Unavailable, Overloaded,
    ];

    private static readonly FrozenDictionary<string, ProblemType> BySlug = All.ToFrozenDictionary(type => type.Slug);

    /// <summary>The type of this slug, or null.</summary>
    public static ProblemType? Find(string slug) => BySlug.GetValueOrDefault(slug);

    /// <summary>The type for a bare status that the framework answers with.</summary>
    public static ProblemType ForStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Unauthorized,
        StatusCodes.Status403Forbidden => Forbidden,
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => MethodNotAllowed,
        StatusCodes.Status412PreconditionFailed => PreconditionFailed,
        StatusCodes.Status413PayloadTooLarge => PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        StatusCodes.Status428PreconditionRequired => PreconditionRequired,
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        >= 500 => Internal,
        _ => Validation,
    };
}
