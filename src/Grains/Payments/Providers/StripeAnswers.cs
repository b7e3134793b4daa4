using System.Net;
using Granary.Domain.Payments;
using Stripe;

namespace Granary.Grains.Payments.Providers;

/// <summary>What Stripe's objects and errors say of operations.</summary>
internal static class StripeAnswers
{
    /// <summary>The key in metadata with the payment's id.</summary>
    public const string PaymentKey = "granary_payment";

    /// <summary>The key in metadata with the operation's key: of an intent, that of its authorization.</summary>
    public const string OperationKey = "granary_key";

    /// <summary>The key in an intent's metadata with the key of its capture.</summary>
    public const string CaptureKey = "granary_capture";

    /// <summary>The reason with which intents are cancelled for a void.</summary>
    public const string VoidReason = "abandoned";

    /// <summary>The intent is in a state in which it cannot be captured or cancelled.</summary>
    public const string UnexpectedState = "payment_intent_unexpected_state";

    /// <summary>The part of an intent that says when its authorization ends.</summary>
    public const string Charge = "latest_charge";

    /// <summary>Stripe has not said the intent's id.</summary>
    public const string NoReference = "no_reference";

    private const string OrderKey = "granary_order";

    /// <summary>For longer, no authorization holds; most hold for 7 days.</summary>
    public static readonly TimeSpan LongestAuthorization = TimeSpan.FromDays(31);

    /// <summary>What an object is marked with.</summary>
    public static Dictionary<string, string> MetadataOf(ProviderCall call) => new()
    {
        [PaymentKey] = call.Payment,
        [OrderKey] = call.Order,
        [OperationKey] = call.Key,
    };

    /// <summary>Stripe writes currencies in lower case.</summary>
    public static string CurrencyOf(string currency) => string.Create(currency.Length, currency, static (text, code) =>
        code.AsSpan().ToLowerInvariant(text));

    /// <summary>What an intent says of an operation.</summary>
    public static ProviderAnswer Of(ProviderCall call, PaymentIntent intent) => call.Operation.Kind switch
    {
        OperationKind.Authorize => Authorization(intent),
        OperationKind.Capture => intent.Status switch
        {
            "succeeded" => new ProviderAnswer.Captured(intent.AmountReceived),
            "canceled" => new ProviderAnswer.Expired(),
            "requires_capture" => new ProviderAnswer.NotKnown(),
            var other => Undecided(other),
        },
        _ => intent.Status switch
        {
            "canceled" => intent.CancellationReason == VoidReason ? new ProviderAnswer.Voided() : new ProviderAnswer.Expired(),
            "succeeded" => new ProviderAnswer.Rejected("captured"),
            "processing" => Undecided(intent.Status),
            _ => new ProviderAnswer.NotKnown(),
        },
    };

    /// <summary>What a refund says of itself.</summary>
    public static ProviderAnswer Of(Refund refund) => refund.Status switch
    {
        "succeeded" => new ProviderAnswer.Refunded(refund.Amount),
        "failed" or "canceled" => new ProviderAnswer.Rejected(refund.FailureReason ?? refund.Status),
        var other => Undecided(other),
    };

    /// <summary>What an error says of an operation that was called.</summary>
    public static ProviderAnswer Of(OperationKind kind, StripeException fault) => fault.StripeError switch
    {
        { Type: "card_error" } declined when kind == OperationKind.Authorize =>
            new ProviderAnswer.Declined(declined.DeclineCode ?? declined.Code ?? "card_declined", declined.PaymentIntent?.Id),
        { Type: "card_error" or "invalid_request_error" } refused when IsRefusal(fault) => new ProviderAnswer.Rejected(refused.Code ?? refused.Type),
        _ => new ProviderAnswer.NoAnswer(ReasonOf(fault)),
    };

    /// <summary>Why there is no answer. Stripe's messages may repeat a token; its codes do not.</summary>
    public static string ReasonOf(StripeException fault) => fault.StripeError is { Type: "idempotency_error" } ? "idempotency_error"
        : fault.HttpStatusCode == 0 ? "unreadable"
        : $"http_{(int)fault.HttpStatusCode}";

    /// <summary>The operations that an intent shows. Voids and expiries have no key of their own.</summary>
    public static IEnumerable<ProviderOperation> OperationsOf(PaymentIntent intent)
    {
        var payment = intent.Metadata?.GetValueOrDefault(PaymentKey);
        yield return new ProviderOperation(
            intent.Metadata?.GetValueOrDefault(OperationKey), payment, intent.Id, OperationKind.Authorize, intent.Amount, Authorization(intent), At(intent.Created));
        if (intent.Status == "succeeded")
        {
            yield return new ProviderOperation(
                intent.Metadata?.GetValueOrDefault(CaptureKey), payment, intent.Id, OperationKind.Capture, intent.AmountReceived,
                new ProviderAnswer.Captured(intent.AmountReceived), At(intent.LatestCharge?.BalanceTransaction?.Created ?? intent.Created));
        }
        else if (intent is { Status: "canceled", CanceledAt: { } canceled })
        {
            yield return new ProviderOperation(
                null, payment, intent.Id, OperationKind.Void, 0,
                intent.CancellationReason == VoidReason ? new ProviderAnswer.Voided() : new ProviderAnswer.Expired(), At(canceled));
        }
    }

    /// <summary>The operation that a refund is.</summary>
    public static ProviderOperation OperationOf(Refund refund) => new(
        refund.Metadata?.GetValueOrDefault(OperationKey), refund.Metadata?.GetValueOrDefault(PaymentKey), refund.PaymentIntentId ?? "",
        OperationKind.Refund, refund.Amount, Of(refund), At(refund.Created));

    private static ProviderAnswer Authorization(PaymentIntent intent) => intent.Status switch
    {
        "requires_capture" => new ProviderAnswer.Authorized(
            intent.Id, intent.AmountCapturable, intent.LatestCharge?.PaymentMethodDetails?.Card?.CaptureBefore is { } end ? At(end) : null),

        // It was authorized, and captured after that.
        "succeeded" => new ProviderAnswer.Authorized(intent.Id, intent.Amount),
        "requires_action" => intent.NextAction?.RedirectToUrl?.Url is { Length: > 0 } url
            ? new ProviderAnswer.ActionRequired(intent.Id, url)
            : Undecided("next_action_without_address"),
        "requires_payment_method" => new ProviderAnswer.Declined(
            intent.LastPaymentError?.DeclineCode ?? intent.LastPaymentError?.Code ?? "declined", intent.Id),
        "canceled" => new ProviderAnswer.Expired(),
        var other => Undecided(other),
    };

    /// <summary>Stripe works on it: a refund to a bank account takes days.</summary>
    private static ProviderAnswer.NoAnswer Undecided(string status) => new(status, IsUndecided: true);

    /// <summary>Another caller of the key, and a limit of calls, are told with a 4xx as well.</summary>
    private static bool IsRefusal(StripeException fault) =>
        fault.HttpStatusCode is HttpStatusCode.BadRequest or HttpStatusCode.PaymentRequired or HttpStatusCode.NotFound;

    private static DateTimeOffset At(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
