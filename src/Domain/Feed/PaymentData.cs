using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Domain.Events;
using Granary.Domain.Payments;
using Granary.Domain.Webhooks;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Feed;

/// <summary>
/// What readers outside get of a public event of a payment: the payment as the event left it, and of a refund which one it is. The
/// payer's token and the address where the payer acts are not in it.
/// </summary>
public static class PaymentData
{
    /// <summary>Writes the data of an event.</summary>
    /// <param name="payment">The payment right after the event.</param>
    /// <param name="record">The event.</param>
    /// <param name="currency">ISO 4217 code of the deployment's currency.</param>
    /// <returns>UTF-8 JSON; the same for the same event whenever it is written.</returns>
    /// <exception cref="DamagedRecordException">The event cannot be read.</exception>
    public static byte[] Write(PaymentState payment, JournalRecord record, string currency)
    {
        ArgumentNullException.ThrowIfNull(payment);
        ArgumentNullException.ThrowIfNull(record);
        var data = new PaymentEventData(payment.Id, record.Version, Words.Of(payment.Status), payment.Timeline[^1].By);
        if (payment.Exists)
        {
            data = data with
            {
                OrderId = payment.HasOrder ? payment.OrderId : null,
                UserId = payment.UserId,
                Amount = MoneyOf(payment.Amount),
                Authorized = MoneyOf(payment.Authorized),
                Captured = MoneyOf(payment.Captured),
                Refunded = MoneyOf(payment.Refunded),
                Capture = payment.Capture == CaptureMode.Manual ? "manual" : "automatic",
                Provider = payment.Provider,
                ProviderReference = payment.Reference,
                DeclineCode = payment.DeclineCode,
                NeedsAttention = payment.NeedsAttention,
            };
        }

        data = PaymentEvent.Codec.Decode(record) switch
        {
            RefundRequested refund => data with { RefundId = refund.Refund, RefundAmount = MoneyOf(refund.Amount) },
            RefundSucceeded refund => data with { RefundId = refund.Refund, RefundAmount = MoneyOf(refund.Amount) },
            RefundFailed refund => data with { RefundId = refund.Refund, RefundCode = refund.Code },
            _ => data,
        };
        return JsonSerializer.SerializeToUtf8Bytes(data, PaymentDataJson.Default.PaymentEventData);

        WebhookMessage.MoneyData MoneyOf(long amount) => new(amount, currency);
    }
}

/// <summary>The members of all public events of payments; those that an event does not have are absent.</summary>
internal sealed record PaymentEventData(string PaymentId, long Version, string Status, string By)
{
    public string? OrderId { get; init; }
    public string? UserId { get; init; }
    public WebhookMessage.MoneyData? Amount { get; init; }
    public WebhookMessage.MoneyData? Authorized { get; init; }
    public WebhookMessage.MoneyData? Captured { get; init; }
    public WebhookMessage.MoneyData? Refunded { get; init; }
    public string? Capture { get; init; }
    public string? Provider { get; init; }
    public string? ProviderReference { get; init; }
    public string? DeclineCode { get; init; }
    public string? NeedsAttention { get; init; }
    public string? RefundId { get; init; }
    public WebhookMessage.MoneyData? RefundAmount { get; init; }
    public string? RefundCode { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PaymentEventData))]
internal sealed partial class PaymentDataJson : JsonSerializerContext;
