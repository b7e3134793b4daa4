using System.Collections.Frozen;

namespace Granary.Api.Problems;

/// <summary>All problem types of the API. Each has a page at <c>/problems/{slug}</c>.</summary>
public static class ProblemTypes
{
    public static readonly ProblemType Validation = new(
        "validation", StatusCodes.Status400BadRequest, "The request is not valid",
        "The body, a header or a query parameter is missing, malformed, of the wrong type or out of bounds, or the body has an unknown field.",
        "Correct the fields that are listed in errors, and send the request again.", "errors");

    public static readonly ProblemType StaleRequest = new(
        "stale-request", StatusCodes.Status400BadRequest, "The request is stale",
        "The timestamp of the request differs from the server's clock by more than five minutes.",
        "Check the caller's clock. Send the request with the current time, or without a timestamp.");

    public static readonly ProblemType Unauthorized = new(
        "unauthorized", StatusCodes.Status401Unauthorized, "Authentication is required",
        "The request has no access token or API key, or the token is malformed, expired, ended or issued for another API, or the key is unknown, expired or revoked.",
        "Get a token with POST /auth/token and send it in the Authorization header as a Bearer token.");

    public static readonly ProblemType InvalidCredentials = new(
        "invalid-credentials", StatusCodes.Status401Unauthorized, "The user name or password is wrong",
        "There is no user with this user name and this password.",
        "Check both. After repeated failures, the required wait between attempts grows.");

    public static readonly ProblemType InsufficientFunds = new(
        "insufficient-funds", StatusCodes.Status402PaymentRequired, "The wallet does not cover the amount",
        "The order or the withdrawal needs more money than is available in the wallet. No stock was reserved and no money was held or paid out.",
        "Deposit at least the difference, or order or withdraw less.", "required", "available");

    public static readonly ProblemType InvalidSignature = new(
        "invalid-signature", StatusCodes.Status401Unauthorized, "The signature is not valid",
        "The event of the payment provider has no signature, one that does not belong to its bytes, or one that is more than five minutes off. "
            + "Nothing was taken in.",
        "Sign the raw bytes of the body with the secret that is configured, at the time of sending.");

    public static readonly ProblemType PaymentDeclined = new(
        "payment-declined", StatusCodes.Status402PaymentRequired, "The payment was declined",
        "The payer's bank or the provider refuses the payment. The order waits for another one until its deadline.",
        "Pay with another token under a new Idempotency-Key. decline_code says why the payment was declined.", "decline_code", "payment_id");

    public static readonly ProblemType Forbidden = new(
        "forbidden", StatusCodes.Status403Forbidden, "The caller lacks the permission",
        "The access token is valid, but the caller does not have the role that the action needs.",
        "Ask an administrator for the role.");

    public static readonly ProblemType CrossSiteRequest = new(
        "cross-site-request", StatusCodes.Status403Forbidden, "The request does not come from the console",
        "A change below /console is taken from the console's own pages only, and the browser does not say that this one comes from there.",
        "Use the console in a current browser. Programs call the API itself, with a token in the Authorization header.");

    public static readonly ProblemType InsufficientScope = new(
        "insufficient-scope", StatusCodes.Status403Forbidden, "The API key lacks a scope",
        "The API key is valid, but none of its scopes permits the operation. The request was not carried out.",
        "Use a key with the scope that required_scope names; the scopes of a key never change.", "required_scope");

    public static readonly ProblemType UserSuspended = new(
        "user-suspended", StatusCodes.Status403Forbidden, "The user's account is not active",
        "The user's account is suspended or closed.",
        "An administrator can reactivate a suspended account.", "current_status");

    public static readonly ProblemType NotFound = new(
        "not-found", StatusCodes.Status404NotFound, "Not found",
        "The resource does not exist, or the caller is not allowed to see it.",
        "Check the path and the id.");

    public static readonly ProblemType MethodNotAllowed = new(
        "method-not-allowed", StatusCodes.Status405MethodNotAllowed, "The method is not allowed",
        "The path exists, but it does not support this HTTP method.",
        "Use one of the methods in the Allow header.");

    public static readonly ProblemType RequestTimeout = new(
        "request-timeout", StatusCodes.Status408RequestTimeout, "The request did not arrive in time",
        "The connection sent a part of the request and the rest too slowly or not at all. The request was not carried out.",
        "Send the request again, in one go.");

    public static readonly ProblemType IllegalTransition = new(
        "illegal-transition", StatusCodes.Status409Conflict, "The current status does not permit the action",
        "The status of the order, product, user or webhook does not permit the action. Nothing was changed.",
        "Take one of the actions in allowed_actions.", "current_status", "allowed_actions");

    public static readonly ProblemType PaymentInProgress = new(
        "payment-in-progress", StatusCodes.Status409Conflict, "A payment of the order is under way",
        "An external payment of the order was started and is not over. Nothing was changed.",
        "Wait for the payment that payment_id names, or have an operator void it.", "payment_id");

    public static readonly ProblemType RefundExceedsCaptured = new(
        "refund-exceeds-captured", StatusCodes.Status409Conflict, "The refund is more than can be refunded",
        "The order has less captured money that is neither refunded nor being refunded. Nothing was changed.",
        "Refund at most what refundable gives.", "refundable");

    public static readonly ProblemType TakenByAnother = new(
        "taken-by-another", StatusCodes.Status409Conflict, "Another operator has taken the order",
        "Another operator is packing the order already. Nothing was changed.",
        "Pack another order; by names the operator.", "by");

    public static readonly ProblemType InsufficientStock = new(
        "insufficient-stock", StatusCodes.Status409Conflict, "There is not enough stock",
        "At least one line asks for more units than are available. No stock was reserved and no money was held.",
        "Order at most the available units that lines gives, or wait until the product is restocked.", "lines");

    public static readonly ProblemType TooManyOpenOrders = new(
        "too-many-open-orders", StatusCodes.Status409Conflict, "The user has too many unpaid orders",
        "The user's unpaid orders are as many as they may be (Granary:Orders:MaxOpenOrdersPerUser), or would hold more units of a product "
            + "than they may (Granary:Orders:MaxOpenUnitsPerUser). No stock was reserved and no money was held.",
        "Pay or cancel an open order, or order fewer units. lines names the products, limit the number.", "limit", "lines");

    public static readonly ProblemType ExternalReferenceTaken = new(
        "external-reference-taken", StatusCodes.Status409Conflict, "The external reference is taken",
        "Another order of this caller has the external_reference, also one that was cancelled. No stock was reserved and no money was held.",
        "Read the order that order_id names: it may be the one that was meant. Use another external_reference for another order.", "order_id");

    public static readonly ProblemType NotReloadable = new(
        "not-reloadable", StatusCodes.Status409Conflict, "The setting cannot change while the product runs",
        "A process reads the setting when it starts, and obeys that value until it ends. Nothing was changed.",
        "Change it in the configuration and restart the processes; docs/settings.md lists the settings that can change. key names it.", "key");

    public static readonly ProblemType UserNameTaken = new(
        "user-name-taken", StatusCodes.Status409Conflict, "The user name is taken",
        "Another user has this user name, or one that differs only in upper and lower case.",
        "Choose another user name.");

    public static readonly ProblemType WalletNotEmpty = new(
        "wallet-not-empty", StatusCodes.Status409Conflict, "The wallet has money",
        "The account has money that is available or that orders hold. Nobody could pay it out once the account is closed.",
        "Cancel or finish the orders that hold money, pay out what is available with POST /users/{id}/withdrawals, and close the account then.",
        "available", "held");

    public static readonly ProblemType DeadLetterRefused = new(
        "dead-letter-refused", StatusCodes.Status409Conflict, "The consumer refused the event again",
        "The consumer cannot take the event yet, for the reason in detail. It stays a dead letter.",
        "Mend the cause, such as a damaged row of the journal, and replay the letter then.");

    public static readonly ProblemType PriceMoving = new(
        "price-moving", StatusCodes.Status409Conflict, "A price is changing",
        "The price of a product changed repeatedly while the order was placed. No stock was reserved and no money was held.",
        "Read the product's price and try again after the seconds in Retry-After.", "lines");

    public static readonly ProblemType IdempotencyInFlight = new(
        "idempotency-in-flight", StatusCodes.Status409Conflict, "The same request is in progress",
        "Another request of this caller with the same Idempotency-Key has reserved the stock or held the money and is not finished.",
        "Repeat the request after the seconds in Retry-After with the same key. It then gets the answer of the other request.");

    public static readonly ProblemType PreconditionFailed = new(
        "precondition-failed", StatusCodes.Status412PreconditionFailed, "A precondition does not hold",
        "If-Match does not name the current version, or If-None-Match does. Nothing was changed.",
        "Read the resource again, decide again, and send its new ETag as If-Match.", "current_version");

    public static readonly ProblemType PayloadTooLarge = new(
        "payload-too-large", StatusCodes.Status413PayloadTooLarge, "The body is too large",
        "The body of the request is larger than the operation takes: 64 kilobytes for an order, 16 kilobytes otherwise.",
        "Send a smaller body.");

    public static readonly ProblemType UriTooLong = new(
        "uri-too-long", StatusCodes.Status414UriTooLong, "The address is too long",
        "The first line of the request is longer than eight kilobytes.",
        "Shorten the path and the query.");

    public static readonly ProblemType UnsupportedMediaType = new(
        "unsupported-media-type", StatusCodes.Status415UnsupportedMediaType, "The body is not JSON",
        "The body's Content-Type is not application/json in UTF-8.",
        "Send JSON in UTF-8 with the header Content-Type: application/json.");

    public static readonly ProblemType UnknownProduct = new(
        "unknown-product", StatusCodes.Status422UnprocessableEntity, "A product does not exist",
        "At least one line names a product that does not exist. No stock was reserved and no money was held.",
        "Remove the lines that are listed in lines.", "lines");

    public static readonly ProblemType ProductNotForSale = new(
        "product-not-for-sale", StatusCodes.Status422UnprocessableEntity, "A product is not for sale",
        "At least one line names a product that is suspended or discontinued. No stock was reserved and no money was held.",
        "Remove the lines that are listed in lines.", "lines");

    public static readonly ProblemType UnknownUser = new(
        "unknown-user", StatusCodes.Status422UnprocessableEntity, "The user does not exist",
        "No user has the user_id of the request.",
        "Register the user, or leave user_id out.");

    public static readonly ProblemType IdempotencyKeyReused = new(
        "idempotency-key-reused", StatusCodes.Status422UnprocessableEntity, "The idempotency key was used before",
        "An earlier request of this caller had the same Idempotency-Key and different content.",
        "Use a new key for every new request. Use the same key only to repeat a request.");

    public static readonly ProblemType PaymentsNotConfigured = new(
        "payments-not-configured", StatusCodes.Status422UnprocessableEntity, "No payment provider is configured",
        "The order is to be paid by an external provider, and none is configured (Granary:Payments:Provider). Nothing was changed.",
        "Use payment_method wallet, or have the operator configure a provider.");

    public static readonly ProblemType PreconditionRequired = new(
        "precondition-required", StatusCodes.Status428PreconditionRequired, "If-Match is required",
        "Without If-Match, the change could overwrite a version that the caller has not seen.",
        "Read the resource and send its ETag as If-Match.");

    public static readonly ProblemType TooManyRequests = new(
        "too-many-requests", StatusCodes.Status429TooManyRequests, "Too many requests",
        "The caller has exceeded the rate limit (Granary:RateLimit:PermitsPerSecond, Granary:RateLimit:Burst), or has failed to log in too "
            + "often. The request was not carried out.",
        "Repeat the request after the seconds in Retry-After. The RateLimit header gives the remaining requests.");

    public static readonly ProblemType HeadersTooLarge = new(
        "headers-too-large", StatusCodes.Status431RequestHeaderFieldsTooLarge, "The headers are too large",
        "The request has more than 64 headers, or more than 16 kilobytes of them.",
        "Send fewer or shorter headers.");

    public static readonly ProblemType Internal = new(
        "internal", StatusCodes.Status500InternalServerError, "The server failed",
        "The server has a fault. It is unknown whether the request took effect.",
        "Repeat the request with the same Idempotency-Key. If the problem persists, report the request_id.");

    public static readonly ProblemType Unavailable = new(
        "unavailable", StatusCodes.Status503ServiceUnavailable, "The service is temporarily unavailable",
        "The storage or a part of the cluster cannot be reached. It is unknown whether the request took effect.",
        "Repeat the request after the seconds in Retry-After with the same Idempotency-Key.");

    public static readonly ProblemType PositionNotReached = new(
        "position-not-reached", StatusCodes.Status503ServiceUnavailable, "What is read is not as new as demanded",
        "What is read did not get the state that Granary-Min-Position demands within two seconds: what follows the events is behind, or the "
            + "position is that of a write that this database never had, or has lost.",
        "Repeat the request after the seconds in Retry-After, or without Granary-Min-Position.");

    public static readonly ProblemType PaymentProviderUnavailable = new(
        "payment-provider-unavailable", StatusCodes.Status503ServiceUnavailable, "The payment provider fails",
        "The payment provider is slow or fails, and is left alone for a while. Nothing was sent to it.",
        "Repeat the request after the seconds in Retry-After.");

    public static readonly ProblemType Overloaded = new(
        "overloaded", StatusCodes.Status503ServiceUnavailable, "The server is overloaded",
        "The server has more requests than it can answer in time (Granary:LoadShedding:MaxConcurrent, Granary:LoadShedding:MaxQueued, "
            + "Granary:LoadShedding:MaxWait). The request was not carried out.",
        "Repeat the request after the seconds in Retry-After.");

    public static readonly ProblemType HttpVersionNotSupported = new(
        "http-version-not-supported", StatusCodes.Status505HttpVersionNotsupported, "The version of HTTP is not supported",
        "The first line of the request names a version of HTTP that the server does not speak.",
        "Use HTTP/1.1 or HTTP/2.");

    /// <summary>All of them, by status.</summary>
    public static IReadOnlyList<ProblemType> All { get; } =
    [
        Validation, StaleRequest, Unauthorized, InvalidCredentials, InvalidSignature, InsufficientFunds, PaymentDeclined, Forbidden, CrossSiteRequest, InsufficientScope, UserSuspended, NotFound, MethodNotAllowed,
        RequestTimeout, IllegalTransition, PaymentInProgress, RefundExceedsCaptured, TakenByAnother, InsufficientStock, TooManyOpenOrders, ExternalReferenceTaken, NotReloadable, UserNameTaken, WalletNotEmpty, DeadLetterRefused, PriceMoving, IdempotencyInFlight,
        PreconditionFailed, PayloadTooLarge, UriTooLong, UnsupportedMediaType, UnknownProduct, ProductNotForSale, UnknownUser, IdempotencyKeyReused, PaymentsNotConfigured,
        PreconditionRequired, TooManyRequests, HeadersTooLarge, Internal, Unavailable, PositionNotReached, PaymentProviderUnavailable, Overloaded, HttpVersionNotSupported,
    ];

    private static readonly FrozenDictionary<string, ProblemType> BySlug = All.ToFrozenDictionary(type => type.Slug);

    /// <summary>The type with this slug, or null.</summary>
    public static ProblemType? Find(string slug) => BySlug.GetValueOrDefault(slug);

    /// <summary>The type for the status with which the server refuses a request before the framework sees it.</summary>
    public static ProblemType ForRejected(int status) => status switch
    {
        StatusCodes.Status414UriTooLong => UriTooLong,
        StatusCodes.Status431RequestHeaderFieldsTooLarge => HeadersTooLarge,
        StatusCodes.Status505HttpVersionNotsupported => HttpVersionNotSupported,
        _ => ForStatus(status),
    };

    /// <summary>The type for a bare status that the framework answers with.</summary>
    public static ProblemType ForStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Unauthorized,
        StatusCodes.Status403Forbidden => Forbidden,
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => MethodNotAllowed,
        StatusCodes.Status408RequestTimeout => RequestTimeout,
        StatusCodes.Status412PreconditionFailed => PreconditionFailed,
        StatusCodes.Status413PayloadTooLarge => PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        StatusCodes.Status428PreconditionRequired => PreconditionRequired,
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        >= 500 => Internal,
        _ => Validation,
    };
}
