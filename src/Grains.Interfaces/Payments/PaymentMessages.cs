using Granary.Grains.Interfaces.Orders;

namespace Granary.Grains.Interfaces.Payments;

/// <summary>The status of a payment with an external provider. Its words are those of <see cref="Words"/>.</summary>
public enum PaymentStatus
{
    /// <summary>No payment was ever created under this id; the provider may have sent an event about it already.</summary>
    None,

    /// <summary>Recorded; the order has not admitted it yet, and nothing was sent to the provider.</summary>
    Created,

    /// <summary>The authorization is being asked for.</summary>
    Authorizing,

    /// <summary>The payer must act at the provider, as in 3-D Secure.</summary>
    RequiresAction,

    /// <summary>The provider has not said what became of the authorization.</summary>
    Processing,

    /// <summary>The amount is set aside at the provider and not captured.</summary>
    Authorized,

    /// <summary>The capture is being asked for, or its outcome is not known yet.</summary>
    Capturing,

    /// <summary>The amount was captured; refunds change only what is refunded.</summary>
    Captured,

    /// <summary>The void is being asked for, or its outcome is not known yet.</summary>
    Voiding,

    /// <summary>The provider has refused the authorization.</summary>
    Declined,

    /// <summary>Nothing is set aside any more, or nothing was ever sent to the provider.</summary>
    Voided,

    /// <summary>The authorization ended at the provider before it was captured.</summary>
    AuthorizationExpired,
}

/// <summary>When a payment is captured.</summary>
public enum CaptureMode
{
    /// <summary>As soon as it is authorized.</summary>
    Automatic,

    /// <summary>When the order ships, or earlier on request.</summary>
    Manual,
}

/// <summary>What has become of a refund.</summary>
public enum RefundStatus
{
    /// <summary>Decided; the provider has not confirmed it yet.</summary>
    Pending,

    /// <summary>The money went back.</summary>
    Succeeded,

    /// <summary>The provider has refused it for good.</summary>
    Failed,
}

/// <summary>A request to pay an order with an external provider. The payment's id is <see cref="PaymentId.From"/>.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">The owner of the order.</param>
/// <param name="Amount">The order's whole total, in minor units.</param>
/// <param name="Currency">The deployment's currency, such as <c>USD</c>.</param>
/// <param name="Token">The provider's one-time token for the payer's card. Never a card number.</param>
/// <param name="Capture">When it is captured.</param>
/// <param name="Provider">The configured provider, such as <c>sandbox</c>.</param>
/// <param name="By">The acting user's id.</param>
[GenerateSerializer, Immutable, Alias("granary.create-payment")]
public sealed record CreatePayment(
    [property: Id(0)] string OrderId,
    [property: Id(1)] string UserId,
    [property: Id(2)] long Amount,
    [property: Id(3)] string Currency,
    [property: Id(4)] string Token,
    [property: Id(5)] CaptureMode Capture,
    [property: Id(6)] string Provider,
    [property: Id(7)] string By);

/// <summary>A request to pay an order with the configured provider.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Owner">The user whose order it must be, or null for staff.</param>
/// <param name="Token">The provider's one-time token for the payer's card. Never a card number.</param>
/// <param name="Capture">When it is captured.</param>
/// <param name="By">The acting user's id.</param>
[GenerateSerializer, Immutable, Alias("granary.pay-externally")]
public sealed record PayExternally(
    [property: Id(0)] string OrderId,
    [property: Id(1)] string? Owner,
    [property: Id(2)] string Token,
    [property: Id(3)] CaptureMode Capture,
    [property: Id(4)] string By);

/// <summary>The answer of a payment: the payment as it is durable, or a refusal.</summary>
/// <param name="Payment">The payment; null when refused.</param>
/// <param name="Refusal">Why the command was not carried out; null when it was.</param>
/// <param name="Replayed">The payment existed before this call.</param>
[GenerateSerializer, Immutable, Alias("granary.payment-reply")]
public sealed record PaymentReply(
    [property: Id(0)] Payment? Payment,
    [property: Id(1)] Refusal? Refusal = null,
    [property: Id(2)] bool Replayed = false)
{
    public static implicit operator PaymentReply(Refusal refusal) => new(null, refusal);

    public static PaymentReply FromRefusal(Refusal refusal) => new(null, refusal);
}

/// <summary>A payment as its readers see it. Amounts are minor units.</summary>
[GenerateSerializer, Immutable, Alias("granary.payment")]
public sealed record Payment
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string OrderId { get; init; }
    [Id(2)] public required string UserId { get; init; }
    [Id(3)] public required PaymentStatus Status { get; init; }
    [Id(4)] public required long Amount { get; init; }
    [Id(5)] public required string Currency { get; init; }

    /// <summary>What is set aside at the provider and not captured.</summary>
    [Id(6)] public required long Authorized { get; init; }

    [Id(7)] public required long Captured { get; init; }
    [Id(8)] public required long Refunded { get; init; }
    [Id(9)] public required CaptureMode Capture { get; init; }
    [Id(10)] public required string Provider { get; init; }

    /// <summary>The provider's own id of the payment, once it has said one.</summary>
    [Id(11)] public string? ProviderReference { get; init; }

    [Id(12)] public string? DeclineCode { get; init; }

    /// <summary>Where the payer must act while <see cref="PaymentStatus.RequiresAction"/>.</summary>
    [Id(13)] public string? NextAction { get; init; }

    /// <summary>Why an operator must look at it; null when none needs to.</summary>
    [Id(14)] public string? NeedsAttention { get; init; }

    [Id(15)] public required DateTimeOffset CreatedAt { get; init; }
    [Id(16)] public required DateTimeOffset UpdatedAt { get; init; }
    [Id(17)] public required long Version { get; init; }
    [Id(18)] public required IReadOnlyList<TimelineEntry> Timeline { get; init; }

    /// <summary>A call to the provider is open: what was asked for is not done yet.</summary>
    [Id(19)] public required bool IsOpen { get; init; }
}

/// <summary>
/// What a payment tells its order about its money. The order takes it over by the payment's version, so it may arrive late,
/// twice or in the wrong order.
/// </summary>
[GenerateSerializer, Immutable, Alias("granary.payment-account")]
public sealed record PaymentAccount
{
    [Id(0)] public required string Payment { get; init; }

    /// <summary>The payment's version that this is the account at.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>Set aside at the provider and not captured.</summary>
    [Id(2)] public required long Authorized { get; init; }

    [Id(3)] public required long Captured { get; init; }
    [Id(4)] public required long Refunded { get; init; }

    /// <summary>The whole amount is captured, or authorized where the capture is manual, and nothing gives it up.</summary>
    [Id(5)] public required bool IsSecured { get; init; }

    /// <summary>Nothing more can come of it: declined, voided or its authorization expired. Another payment may start.</summary>
    [Id(6)] public required bool IsOver { get; init; }

    /// <summary>The refunds that the order has decided and that the provider has concluded.</summary>
    [Id(7)] public required IReadOnlyList<ConcludedRefund> Refunds { get; init; }
}

/// <summary>A refund that the provider has concluded.</summary>
/// <param name="Id">The refund.</param>
/// <param name="Code">Why it failed; null when it succeeded.</param>
[GenerateSerializer, Immutable, Alias("granary.concluded-refund")]
public readonly record struct ConcludedRefund([property: Id(0)] string Id, [property: Id(1)] string? Code);
