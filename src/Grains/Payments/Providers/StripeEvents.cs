using System.Text.Json;
using Granary.Domain.Payments;
using Stripe;

namespace Granary.Grains.Payments.Providers;

/// <summary>
/// Stripe's events. The signature is checked over the raw bytes (Stripe.net takes text), and the few fields that matter are read
/// whatever version of Stripe's API the endpoint was made with.
/// </summary>
internal static class StripeEvents
{
    /// <summary>The header that carries the signature, in lower case.</summary>
    public const string SignatureHeader = "stripe-signature";

    /// <summary>Reads one, if its signature holds.</summary>
    public static EventReading Read(string secret, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        if (!EventSignature.Holds(headers.GetValueOrDefault(SignatureHeader), secret, body.Span, now))
        {
            return new EventReading.BadSignature();
        }

        try
        {
            using var read = JsonDocument.Parse(body);
            var about = read.RootElement.GetProperty("data").GetProperty("object");
            var (id, type) = (TextOf(read.RootElement, "id"), TextOf(read.RootElement, "type"));
            return id is null || type is null ? new EventReading.Unreadable("id or type is missing")
                : TypeOf(type, about) is not { } known || PaymentOf(about) is not { } payment ? new EventReading.Ignored()
                : new EventReading.Said(payment, new ProviderEvent(id, known, AmountOf(known, about)));
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new EventReading.Unreadable(fault.Message);
        }
    }

    private static ProviderEventType? TypeOf(string type, JsonElement about) => type switch
    {
        EventTypes.PaymentIntentAmountCapturableUpdated => ProviderEventType.Authorized,
        EventTypes.PaymentIntentRequiresAction => ProviderEventType.ActionRequired,
        EventTypes.PaymentIntentPaymentFailed => ProviderEventType.Declined,
        EventTypes.PaymentIntentSucceeded => ProviderEventType.Captured,
        EventTypes.PaymentIntentCanceled => TextOf(about, "cancellation_reason") == StripeAnswers.VoidReason
            ? ProviderEventType.Voided
            : ProviderEventType.AuthorizationExpired,
        EventTypes.ChargeRefunded => ProviderEventType.Refunded,
        EventTypes.RefundFailed => ProviderEventType.RefundFailed,
        _ => null,
    };

    /// <summary>The payment that the object was marked with; null for one that this shop did not make.</summary>
    private static string? PaymentOf(JsonElement about) =>
        about.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object ? TextOf(metadata, StripeAnswers.PaymentKey) : null;

    private static long? AmountOf(ProviderEventType type, JsonElement about) => type switch
    {
        ProviderEventType.Captured => NumberOf(about, "amount_received"),
        ProviderEventType.Refunded => NumberOf(about, "amount_refunded"),
        _ => null,
    };

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? NumberOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
