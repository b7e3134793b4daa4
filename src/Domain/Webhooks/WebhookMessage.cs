using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Webhooks;

/// <summary>
/// The body of a message: <c>{type, timestamp, data}</c>. Of an order, its data is the order as the event left it, without the buyer's
/// address and note, which a receiver that may see them reads from the API.
/// </summary>
public static class WebhookMessage
{
    private const string TestType = "webhook.test";

    /// <summary>Writes the body of an event's message.</summary>
    /// <param name="type">The event's name.</param>
    /// <param name="at">When it was decided.</param>
    /// <param name="data">What happened: UTF-8 JSON, as <see cref="DataOf"/> or <see cref="Feed.StockData"/> write it.</param>
    /// <returns>UTF-8 JSON; the same for the same event whenever it is written.</returns>
    public static byte[] Write(string type, DateTimeOffset at, ReadOnlySpan<byte> data)
    {
        var body = new ArrayBufferWriter<byte>(data.Length + 128);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("timestamp", at.UtcDateTime);
            json.WritePropertyName("data");
            json.WriteRawValue(data, skipInputValidation: true);
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }

    /// <summary>Writes the body of a message that only tests whether the receiver gets it; no event of the journal has its type.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="at">When the test was asked for.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] WriteTest(string webhookId, DateTimeOffset at) =>
        Write(TestType, at, JsonSerializer.SerializeToUtf8Bytes(new TestData(webhookId), WebhookMessageJson.Default.TestData));

    /// <summary>The data of the last event that an order's readers see.</summary>
    /// <param name="order">The order after the event.</param>
    /// <param name="currency">ISO 4217 code of the deployment's currency.</param>
    /// <returns>UTF-8 JSON; the same for the same event whenever it is written.</returns>
    public static byte[] DataOf(OrderState order, string currency)
    {
        ArgumentNullException.ThrowIfNull(order);
        var last = order.Timeline[^1];
        var isExternal = order.PaymentMethod == PaymentMethod.External;
        var amounts = isExternal || !order.Refunds.IsEmpty ? OrderMoney.AmountsOf(order) : null;
        var data = new OrderData(
            order.Id,
            order.UserId,
            last.Version,
            Words.Of(order.Status),
            last.By,
            [.. order.Lines.Select(line => new ItemData(
                line.Sku, line.Name, line.Quantity, new MoneyData(line.UnitPrice, currency), new MoneyData(line.LineTotal, currency)))],
            new MoneyData(order.Total, currency),
            order.Tracking,
            order.CancelReason,
            order.CreatedAt.UtcDateTime,
            order.Deadline?.UtcDateTime,
            order.ExternalReference,
            isExternal ? Words.Of(order.PaymentMethod) : null,
            amounts is null ? null : new MoneyData(amounts.Authorized, currency),
            amounts is null ? null : new MoneyData(amounts.Captured, currency),
            amounts is null ? null : new MoneyData(amounts.Refunded, currency),
            order.Refunds.IsEmpty ? null :
            [
                .. order.Refunds.Select(refund => new RefundData(
                    refund.Id, new MoneyData(refund.Amount, currency), refund.Reason, Words.Of(refund.Status), refund.Code)),
            ]);
        return JsonSerializer.SerializeToUtf8Bytes(data, WebhookMessageJson.Default.OrderData);
    }

    internal sealed record OrderData(
        string OrderId,
        string UserId,
        long Version,
        string Status,
        string By,
        IReadOnlyList<ItemData> Items,
        MoneyData Total,
        Tracking? Tracking,
        string? CancelReason,
        DateTime CreatedAt,
        DateTime? ExpiresAt,
        string? ExternalReference,
        string? PaymentMethod,
        MoneyData? Authorized,
        MoneyData? Captured,
        MoneyData? Refunded,
        IReadOnlyList<RefundData>? Refunds);

    internal sealed record RefundData(string Id, MoneyData Amount, string Reason, string Status, string? Code);

    internal sealed record TestData(string WebhookId);

    internal sealed record ItemData(string Sku, string Name, long Quantity, MoneyData UnitPrice, MoneyData LineTotal);

    internal sealed record MoneyData(long Amount, string Currency);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WebhookMessage.OrderData))]
[JsonSerializable(typeof(WebhookMessage.TestData))]
internal sealed partial class WebhookMessageJson : JsonSerializerContext;
