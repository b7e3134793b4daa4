using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Domain.Events;
using Granary.Domain.Stock;
using Granary.Domain.Webhooks;

namespace Granary.Domain.Feed;

/// <summary>
/// What readers outside get of a public event of a stock item: its SKU and what happened, without idempotency keys and attempts, which
/// are of use to Granary only.
/// </summary>
public static class StockData
{
    /// <summary>Writes the data of an event.</summary>
    /// <param name="record">A public event of a stock item, or an alert about one.</param>
    /// <param name="currency">ISO 4217 code of the deployment's currency.</param>
    /// <returns>UTF-8 JSON; the same for the same event whenever it is written.</returns>
    /// <exception cref="DamagedRecordException">The event cannot be read.</exception>
    public static byte[] Write(JournalRecord record, string currency)
    {
        ArgumentNullException.ThrowIfNull(record);
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(DataOf(record, currency), StockDataJson.Default.StockItemData);
        }
        catch (Exception fault) when (fault is not DamagedRecordException)
        {
            // Decoding is pure, so the event is at fault, whatever it throws.
            throw new DamagedRecordException(record, fault.Message, fault);
        }
    }

    private static StockItemData DataOf(JournalRecord record, string currency)
    {
        var sku = JournalStream.KeyOf(record.Stream);
        if (JournalStream.KindOf(record.Stream) == StreamKind.StockAlert)
        {
            var alert = StockAlert.Codec.Decode(record);
            return new StockItemData(sku) { Available = alert.Available, Threshold = alert.Threshold, StockVersion = alert.StockVersion };
        }

        return StockEvent.Codec.Decode(record) switch
        {
            ProductDefined product => Described(product.By, product.Name, product.Description, product.Price),
            ProductChanged product => Described(product.By, product.Name, product.Description, product.Price),
            ProductSuspended product => new StockItemData(sku) { By = product.By },
            ProductReactivated product => new StockItemData(sku) { By = product.By },
            ProductDiscontinued product => new StockItemData(sku) { By = product.By },
            StockAdjusted stock => new StockItemData(sku) { By = stock.By, Quantity = stock.Quantity, Reason = stock.Reason },
            StockSold stock => new StockItemData(sku) { OrderId = stock.Order, OrderVersion = stock.OrderVersion, Quantity = stock.Quantity },
            StockRestocked stock => new StockItemData(sku) { OrderId = stock.Order, OrderVersion = stock.OrderVersion, Quantity = stock.Quantity },
            var other => throw new InvalidOperationException($"{other.GetType().Name} is no public event."),
        };

        StockItemData Described(string by, string name, string? description, long price) => new(sku)
        {
            By = by,
            Name = name,
            Description = description,
            Price = new WebhookMessage.MoneyData(price, currency),
        };
    }
}

/// <summary>The members of all public events of stock items; those that an event does not have are absent.</summary>
internal sealed record StockItemData(string Sku)
{
    public string? By { get; init; }
    public string? Name { get; init; }
    public string? Description { get; init; }
    public WebhookMessage.MoneyData? Price { get; init; }
    public long? Quantity { get; init; }
    public string? Reason { get; init; }
    public string? OrderId { get; init; }
    public long? OrderVersion { get; init; }
    public long? Available { get; init; }
    public long? Threshold { get; init; }
    public long? StockVersion { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StockItemData))]
internal sealed partial class StockDataJson : JsonSerializerContext;
