using System.Text.Json.Nodes;
using Granary.Domain.Events;
using Granary.Domain.Stock;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Stock;

namespace Granary.Domain.Trail;

/// <summary>What is audited of a product: its definition, its status, and stock that was moved by hand.</summary>
internal static class ProductAudit
{
    public static AuditedKind Kind { get; } = new(
        StreamKind.Stock,
        "product/",
        [
            StockEvent.Codec.NameOf<ProductDefined>(), StockEvent.Codec.NameOf<ProductChanged>(), StockEvent.Codec.NameOf<ProductSuspended>(),
            StockEvent.Codec.NameOf<ProductReactivated>(), StockEvent.Codec.NameOf<ProductDiscontinued>(), Adjustment,
        ],
        (record, _) => Read(StockEvent.Codec.Decode(record)));

    /// <summary>The type name of stock that was moved by hand.</summary>
    public static string Adjustment => StockEvent.Codec.NameOf<StockAdjusted>();

    private static AuditedEvent Read(StockEvent happened) => happened switch
    {
        ProductDefined e => new(e.By) { Sets = Definition(e.Name, e.Description, e.Price, Words.Of(StockStatus.Active)) },
        ProductChanged e => new(e.By) { Sets = Definition(e.Name, e.Description, e.Price) },
        ProductSuspended e => Becomes(e.By, StockStatus.Suspended),
        ProductReactivated e => Becomes(e.By, StockStatus.Active),
        ProductDiscontinued e => Becomes(e.By, StockStatus.Discontinued),
        StockAdjusted e => new(e.By) { Notes = new JsonObject { ["quantity"] = e.Quantity, ["reason"] = e.Reason } },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not audited."),
    };

    private static AuditedEvent Becomes(string by, StockStatus status) => new(by) { Sets = new JsonObject { ["status"] = Words.Of(status) } };

    private static JsonObject Definition(string name, string? description, long price, string? status = null)
    {
        var values = new JsonObject { ["name"] = name, ["description"] = description, ["price"] = AuditMoney.Of(price) };
        if (status is not null)
        {
            values["status"] = status;
        }

        return values;
    }
}

/// <summary>Money in entries of the audit, which have no currency: a deployment has one.</summary>
internal static class AuditMoney
{
    public static JsonObject Of(long amount) => new() { ["amount"] = amount };
}
