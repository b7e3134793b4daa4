using System.Text.Json.Serialization;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Payments;

/// <summary>
/// What happened to a payment with an external provider; stream <c>payment/&lt;id&gt;</c>. Amounts are minor units. Every event that
/// asks the provider for something is durable before the call is made, and its outcome is an event after it. <c>due_at</c>
/// is when the payment must be looked at again by the sweep, whatever has become of the silo that made the call.
/// </summary>
public abstract record PaymentEvent
{
    private protected PaymentEvent(PaymentTrigger? trigger) => Trigger = trigger;

    /// <summary>How payment events are written in the journal.</summary>
    public static EventCodec<PaymentEvent> Codec { get; } = new EventCodec<PaymentEvent>()
        .Add("payment.created", PaymentEventJson.Default.PaymentCreated)
        .Add("payment.method_attached", PaymentEventJson.Default.PaymentMethodAttached)
        .Add("payment.abandoned", PaymentEventJson.Default.PaymentAbandoned)
        .Add("payment.authorize_requested", PaymentEventJson.Default.AuthorizeRequested)
        .Add("payment.requires_action", PaymentEventJson.Default.PaymentRequiresAction)
        .Add("payment.authorized", PaymentEventJson.Default.PaymentAuthorized)
        .Add("payment.declined", PaymentEventJson.Default.PaymentDeclined)
        .Add("payment.processing", PaymentEventJson.Default.PaymentProcessing)
        .Add("payment.capture_requested", PaymentEventJson.Default.CaptureRequested)
        .Add("payment.captured", PaymentEventJson.Default.PaymentCaptured)
        .Add("payment.capture_rejected", PaymentEventJson.Default.CaptureRejected)
        .Add("payment.void_requested", PaymentEventJson.Default.VoidRequested)
        .Add("payment.voided", PaymentEventJson.Default.PaymentVoided)
        .Add("payment.void_rejected", PaymentEventJson.Default.VoidRejected)
        .Add("payment.authorization_expired", PaymentEventJson.Default.AuthorizationEnded)
        .Add("payment.given_up", PaymentEventJson.Default.PaymentGivenUp)
        .Add("payment.compensated", PaymentEventJson.Default.PaymentCompensated)
        .Add("payment.needs_attention", PaymentEventJson.Default.PaymentNeedsAttention)
        .Add("payment.attention_acknowledged", PaymentEventJson.Default.AttentionAcknowledged)
        .Add("payment.event_received", PaymentEventJson.Default.ProviderEventReceived)
        .Add("payment.doubted", PaymentEventJson.Default.PaymentDoubted)
        .Add("payment.confirmed", PaymentEventJson.Default.PaymentConfirmed)
        .Add("refund.queued", PaymentEventJson.Default.RefundQueued)
        .Add("refund.requested", PaymentEventJson.Default.RefundRequested)
        .Add("refund.succeeded", PaymentEventJson.Default.RefundSucceeded)
        .Add("refund.failed", PaymentEventJson.Default.RefundFailed);

    /// <summary>The names of the events that readers see. The others are bookkeeping, and one of them holds the payer's token.</summary>
    public static IReadOnlyList<string> PublicNames { get; } =
    [
        .. Codec.Names.Except(
        [
            Codec.NameOf<PaymentMethodAttached>(), Codec.NameOf<PaymentGivenUp>(), Codec.NameOf<PaymentDoubted>(),
            Codec.NameOf<PaymentConfirmed>(), Codec.NameOf<RefundQueued>(),
        ]),
    ];

    /// <summary>The transition that the event records; null for one that moves no status. Not written into the journal.</summary>
    internal PaymentTrigger? Trigger { get; }

    /// <summary>Who asked for it, for the timeline. Not written into the journal under this name.</summary>
    internal virtual string Actor => UserId.System;
}

/// <summary>The payment exists. Nothing was sent to the provider.</summary>
public sealed record PaymentCreated(
    string By,
    string Order,
    string User,
    long Amount,
    string Currency,
    CaptureMode Capture,
    string Provider,
    DateTimeOffset DueAt) : PaymentEvent(PaymentTrigger.Create)
{
    internal override string Actor => By;
}

/// <summary>The provider's token for the payer's card. Not public.</summary>
public sealed record PaymentMethodAttached(string Token) : PaymentEvent(trigger: null);

/// <summary>The payment ended before anything was sent to the provider.</summary>
public sealed record PaymentAbandoned(string By, string Reason) : PaymentEvent(PaymentTrigger.Abandon)
{
    internal override string Actor => By;
}

/// <summary>The provider is being asked to set the amount aside. The order has admitted the payment at this version of its own.</summary>
public sealed record AuthorizeRequested(
    OperationKind Operation, int Ordinal, long Amount, long OrderVersion, DateTimeOffset DueAt) : PaymentEvent(PaymentTrigger.RequestAuthorization);

/// <summary>The payer must act at the provider.</summary>
public sealed record PaymentRequiresAction(string Reference, string Url, DateTimeOffset DueAt) : PaymentEvent(PaymentTrigger.RequireAction);

/// <summary>The provider has set the amount aside.</summary>
/// <param name="ExpiresAt">When the provider drops the authorization; null when it does not say.</param>
/// <param name="DueAt">When it must be captured or voided at the latest; null without <paramref name="ExpiresAt"/>.</param>
public sealed record PaymentAuthorized(
    string Reference, long Amount, DateTimeOffset? ExpiresAt = null, DateTimeOffset? DueAt = null) : PaymentEvent(PaymentTrigger.Authorize);

/// <summary>The provider has refused.</summary>
public sealed record PaymentDeclined(string Code, string? Reference = null) : PaymentEvent(PaymentTrigger.Decline);

/// <summary>The provider has not said what became of an operation: it is asked again, and the operation repeated under its key.</summary>
/// <param name="Attempt">How often the provider was asked in vain, from 1.</param>
public sealed record PaymentProcessing(
    OperationKind Operation, int Ordinal, int Attempt, string Reason, DateTimeOffset DueAt) : PaymentEvent(PaymentTrigger.LoseAnswer);

/// <summary>The provider is being asked to capture.</summary>
public sealed record CaptureRequested(
    string By, OperationKind Operation, int Ordinal, long Amount, DateTimeOffset DueAt) : PaymentEvent(PaymentTrigger.RequestCapture)
{
    internal override string Actor => By;
}

/// <summary>The provider has captured.</summary>
public sealed record PaymentCaptured(long Amount) : PaymentEvent(PaymentTrigger.Capture);

/// <summary>The provider refuses to capture, and the authorization stands.</summary>
public sealed record CaptureRejected(string Code, DateTimeOffset DueAt) : PaymentEvent(PaymentTrigger.RejectCapture);

/// <summary>The provider is being asked to give up what it has set aside.</summary>
public sealed record VoidRequested(
    string By, OperationKind Operation, int Ordinal, DateTimeOffset DueAt, bool? Compensation = null) : PaymentEvent(PaymentTrigger.RequestVoid)
{
    internal override string Actor => By;
}

/// <summary>The provider has nothing set aside any more.</summary>
public sealed record PaymentVoided() : PaymentEvent(PaymentTrigger.Void);

/// <summary>The provider refuses to void, and the authorization stands.</summary>
public sealed record VoidRejected(string Code, DateTimeOffset DueAt) : PaymentEvent(PaymentTrigger.RejectVoid);

/// <summary>The authorization ended at the provider before it was captured.</summary>
public sealed record AuthorizationEnded() : PaymentEvent(PaymentTrigger.Expire);

/// <summary>Whatever the payment comes to is given back, because its order is over or an operator voids it.</summary>
/// <param name="OrderVersion">The order's version that ended it; null when an operator voids it.</param>
public sealed record PaymentGivenUp(string By, string Reason, long? OrderVersion = null) : PaymentEvent(trigger: null);

/// <summary>The payment gave its money back by itself, since its order is over.</summary>
/// <param name="Operation">Whether it was voided or refunded.</param>
/// <param name="Amount">What the payer has back.</param>
public sealed record PaymentCompensated(OperationKind Operation, long Amount, string Reason) : PaymentEvent(trigger: null);

/// <summary>An operator must look at the payment.</summary>
public sealed record PaymentNeedsAttention(string Reason) : PaymentEvent(trigger: null);

/// <summary>An operator has looked at the payment, which needs no attention any more.</summary>
/// <param name="Reason">Why it needed attention.</param>
/// <param name="Note">What the operator has found or done.</param>
public sealed record AttentionAcknowledged(string By, string Reason, string Note) : PaymentEvent(trigger: null)
{
    internal override string Actor => By;
}

/// <summary>The provider has sent an event. Each is taken in once, by its id.</summary>
/// <param name="Id">The provider's id of the event.</param>
/// <param name="DueAt">Set when the provider must be asked now.</param>
public sealed record ProviderEventReceived(string Id, ProviderEventType Type, DateTimeOffset? DueAt = null) : PaymentEvent(trigger: null);

/// <summary>The provider has said something that contradicts the payment: it is asked what became of the last operation.</summary>
/// <param name="Attempt">How often it was asked in vain.</param>
public sealed record PaymentDoubted(int Attempt, DateTimeOffset DueAt) : PaymentEvent(trigger: null);

/// <summary>The provider has confirmed what the payment has recorded.</summary>
public sealed record PaymentConfirmed() : PaymentEvent(trigger: null);

/// <summary>The order has decided on a refund, which waits for its turn.</summary>
public sealed record RefundQueued(string Refund, long Amount, long OrderVersion) : PaymentEvent(trigger: null);

/// <summary>The provider is being asked to refund.</summary>
public sealed record RefundRequested(
    string Refund, OperationKind Operation, int Ordinal, long Amount, DateTimeOffset DueAt, bool? Compensation = null)
    : PaymentEvent(PaymentTrigger.RequestRefund);

/// <summary>The provider has refunded.</summary>
public sealed record RefundSucceeded(string Refund, long Amount) : PaymentEvent(PaymentTrigger.Refund);

/// <summary>The provider refuses to refund.</summary>
public sealed record RefundFailed(string Refund, string Code) : PaymentEvent(PaymentTrigger.FailRefund);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(SnakeCaseEnum<OperationKind>), typeof(SnakeCaseEnum<CaptureMode>), typeof(SnakeCaseEnum<ProviderEventType>)])]
[JsonSerializable(typeof(PaymentCreated))]
[JsonSerializable(typeof(PaymentMethodAttached))]
[JsonSerializable(typeof(PaymentAbandoned))]
[JsonSerializable(typeof(AuthorizeRequested))]
[JsonSerializable(typeof(PaymentRequiresAction))]
[JsonSerializable(typeof(PaymentAuthorized))]
[JsonSerializable(typeof(PaymentDeclined))]
[JsonSerializable(typeof(PaymentProcessing))]
[JsonSerializable(typeof(CaptureRequested))]
[JsonSerializable(typeof(PaymentCaptured))]
[JsonSerializable(typeof(CaptureRejected))]
[JsonSerializable(typeof(VoidRequested))]
[JsonSerializable(typeof(PaymentVoided))]
[JsonSerializable(typeof(VoidRejected))]
[JsonSerializable(typeof(AuthorizationEnded))]
[JsonSerializable(typeof(PaymentGivenUp))]
[JsonSerializable(typeof(PaymentCompensated))]
[JsonSerializable(typeof(PaymentNeedsAttention))]
[JsonSerializable(typeof(AttentionAcknowledged))]
[JsonSerializable(typeof(ProviderEventReceived))]
[JsonSerializable(typeof(PaymentDoubted))]
[JsonSerializable(typeof(PaymentConfirmed))]
[JsonSerializable(typeof(RefundQueued))]
[JsonSerializable(typeof(RefundRequested))]
[JsonSerializable(typeof(RefundSucceeded))]
[JsonSerializable(typeof(RefundFailed))]
internal sealed partial class PaymentEventJson : JsonSerializerContext;
