namespace Granary.Grains.Interfaces;

/// <summary>
/// Why a command was not carried out. A refusal is a value, not a fault: the state is unchanged and the caller can act on it.
/// Faults (storage lost, a silo gone) are exceptions.
/// </summary>
[GenerateSerializer, Immutable, Alias("granary.refusal")]
public abstract record Refusal;

/// <summary>The resource does not exist, or does not exist for this caller.</summary>
[GenerateSerializer, Immutable, Alias("granary.refusal.not-found")]
public sealed record NotFound : Refusal;

/// <summary>The current state does not permit the action.</summary>
/// <param name="Status">The current status, in lower case.</param>
/// <param name="AllowedActions">The actions that the current status permits.</param>
/// <param name="Reason">What else stands against it, where the status itself permits the action.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.illegal-transition")]
public sealed record IllegalTransition(
    [property: Id(0)] string Status,
    [property: Id(1)] IReadOnlyList<string> AllowedActions,
    [property: Id(2)] string? Reason = null) : Refusal;

/// <summary>Another operator is packing the order already.</summary>
/// <param name="By">The operator's user id.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.taken-by-another")]
public sealed record TakenByAnother([property: Id(0)] string By) : Refusal;

/// <summary>The caller's <c>If-Match</c> names a version other than the current one.</summary>
/// <param name="Current">The current version.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.stale-version")]
public sealed record StaleVersion([property: Id(0)] long Current) : Refusal;

/// <summary>Some lines ask for more units than are available; nothing was reserved.</summary>
/// <param name="Lines">The lines with too few units.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.insufficient-stock")]
public sealed record InsufficientStock([property: Id(0)] IReadOnlyList<StockShortage> Lines) : Refusal;

/// <summary>One line with too few units.</summary>
/// <param name="Sku">The product.</param>
/// <param name="Requested">Units requested.</param>
/// <param name="Available">Units available at the time of the request.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.stock-shortage")]
public sealed record StockShortage(
    [property: Id(0)] string Sku,
    [property: Id(1)] long Requested,
    [property: Id(2)] long Available);

/// <summary>The wallet does not cover the amount; nothing was held or paid out.</summary>
/// <param name="Required">The required amount, in minor units.</param>
/// <param name="Available">The available amount of the wallet, in minor units.</param>
/// <param name="Contended">The wallet would cover it without the holds of other attempts at the same order.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.insufficient-funds")]
public sealed record InsufficientFunds(
    [property: Id(0)] long Required,
    [property: Id(1)] long Available,
    [property: Id(2)] bool Contended = false) : Refusal;

/// <summary>The actor is no active administrator any more; nothing was changed.</summary>
[GenerateSerializer, Immutable, Alias("granary.refusal.not-administrator")]
public sealed record NotAdministrator : Refusal;

/// <summary>
/// The user has too many unpaid orders, or they hold too many units of a product; nothing was reserved or held.
/// </summary>
/// <param name="Limit">The most unpaid orders, or the most units of one product in them.</param>
/// <param name="Skus">The products of which there would be too many units; null where the orders are too many.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.too-many-open-orders")]
public sealed record TooManyOpenOrders(
    [property: Id(0)] long Limit,
    [property: Id(1)] IReadOnlyList<string>? Skus = null) : Refusal;

/// <summary>The account is not closed, because its wallet has money.</summary>
/// <param name="Available">The available amount, in minor units.</param>
/// <param name="Held">The amount that orders hold, in minor units.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.wallet-not-empty")]
public sealed record WalletNotEmpty([property: Id(0)] long Available, [property: Id(1)] long Held) : Refusal;

/// <summary>An external payment of the order is under way.</summary>
/// <param name="Payment">The payment.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.payment-in-progress")]
public sealed record PaymentInProgress([property: Id(0)] string Payment) : Refusal;

/// <summary>No external provider is configured.</summary>
[GenerateSerializer, Immutable, Alias("granary.refusal.payments-not-configured")]
public sealed record PaymentsNotConfigured : Refusal;

/// <summary>The provider is failing, and nothing was sent to it.</summary>
/// <param name="RetryAfterSeconds">After how many seconds the provider is tried again, at least 1.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.payment-provider-unavailable")]
public sealed record PaymentProviderUnavailable([property: Id(0)] int RetryAfterSeconds) : Refusal;

/// <summary>More was to be refunded than was captured and is not refunded yet.</summary>
/// <param name="Refundable">What can be refunded, in minor units.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.refund-exceeds-captured")]
public sealed record RefundExceedsCaptured([property: Id(0)] long Refundable) : Refusal;

/// <summary>Some lines name products that do not exist.</summary>
/// <param name="Skus">The unknown SKUs.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.unknown-product")]
public sealed record UnknownProduct([property: Id(0)] IReadOnlyList<string> Skus) : Refusal;

/// <summary>Some lines name products that are not for sale now.</summary>
/// <param name="Skus">The suspended or discontinued SKUs.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.not-for-sale")]
public sealed record ProductNotForSale([property: Id(0)] IReadOnlyList<string> Skus) : Refusal;

/// <summary>The named user does not exist.</summary>
[GenerateSerializer, Immutable, Alias("granary.refusal.unknown-user")]
public sealed record UnknownUser : Refusal;

/// <summary>The user may not place orders now.</summary>
/// <param name="Status">The user's status: <c>suspended</c> or <c>closed</c>.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.user-suspended")]
public sealed record UserSuspended([property: Id(0)] string Status) : Refusal;

/// <summary>Another user has the user name.</summary>
[GenerateSerializer, Immutable, Alias("granary.refusal.user-name-taken")]
public sealed record UserNameTaken : Refusal;

/// <summary>Another order of the caller has the external reference; nothing was reserved or held.</summary>
/// <param name="OrderId">The other order.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.external-reference-taken")]
public sealed record ExternalReferenceTaken([property: Id(0)] string OrderId) : Refusal;

/// <summary>The idempotency key was used before with another body.</summary>
[GenerateSerializer, Immutable, Alias("granary.refusal.idempotency-key-reused")]
public sealed record IdempotencyKeyReused : Refusal;

/// <summary>
/// Another request under the same key is still being processed, or has died and will soon be cleaned up; this request has
/// reserved and held nothing.
/// </summary>
[GenerateSerializer, Immutable, Alias("granary.refusal.order-in-flight")]
public sealed record OrderInFlight : Refusal;

/// <summary>A value is outside what the domain can hold, such as a total that overflows.</summary>
/// <param name="Field">The field of the request, in snake_case.</param>
/// <param name="Message">What is wrong with it.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.invalid-value")]
public sealed record InvalidValue([property: Id(0)] string Field, [property: Id(1)] string Message) : Refusal;

/// <summary>The price of a product kept changing while the order was being placed.</summary>
/// <param name="Sku">The product.</param>
[GenerateSerializer, Immutable, Alias("granary.refusal.price-moving")]
public sealed record PriceMoving([property: Id(0)] string Sku) : Refusal;
