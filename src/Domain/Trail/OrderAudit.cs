using System.Text.Json.Nodes;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Trail;

/// <summary>What is audited of an order: that another than its owner cancelled it.</summary>
internal static class OrderAudit
{
    private const string Owner = "owner";
    private const string Status = "status";

    public static AuditedKind Kind { get; } = new(
        StreamKind.Order, JournalStream.OfOrder(""), [OrderEvent.Codec.NameOf<OrderCancelled>()], (record, before) => Read(OrderEvent.Codec.Decode(record), before))
    {
        Recall = static (name, history) =>
        {
            var order = Aggregate.Fold<OrderState, OrderEvent>(OrderState.Initial(name), history);
            return new AuditedSubject(name, order.Version, new JsonObject { [Owner] = order.UserId, [Status] = Words.Of(order.Status) });
        },
    };

    private static AuditedEvent Read(OrderEvent happened, AuditedSubject before)
    {
        var cancelled = (OrderCancelled)happened;
        return new AuditedEvent(cancelled.By)
        {
            Sets = new JsonObject { [Status] = Words.Of(OrderStatus.Cancelled) },
            Notes = cancelled.Reason is { } reason ? new JsonObject { ["reason"] = reason } : [],
            IsRecorded = before.Known[Owner]?.GetValue<string>() != cancelled.By,
        };
    }
}
