using System.Text.Json.Nodes;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Trail;

/// <summary>What is audited of an order: that another than its owner cancelled it, and every refund.</summary>
internal static class OrderAudit
{
    private const string Owner = "owner";
    private const string Status = "status";

    public static AuditedKind Kind { get; } = new(
        StreamKind.Order,
        JournalStream.OfOrder(""),
        [OrderEvent.Codec.NameOf<OrderCancelled>(), OrderEvent.Codec.NameOf<OrderRefundRequested>()],
        (record, before) => Read(OrderEvent.Codec.Decode(record), before))
    {
        Recall = static (name, history) =>
        {
            var order = Aggregate.Fold<OrderState, OrderEvent>(OrderState.Initial(name), history);
            return new AuditedSubject(name, order.Version, new JsonObject { [Owner] = order.UserId, [Status] = Words.Of(order.Status) });
        },
    };

    private static AuditedEvent Read(OrderEvent happened, AuditedSubject before) => happened switch
    {
        OrderCancelled cancelled => new AuditedEvent(cancelled.By)
        {
            Sets = new JsonObject { [Status] = Words.Of(OrderStatus.Cancelled) },
            Notes = cancelled.Reason is { } reason ? new JsonObject { ["reason"] = reason } : [],
            IsRecorded = before.Known[Owner]?.GetValue<string>() != cancelled.By,
        },
        OrderRefundRequested refund => new AuditedEvent(refund.By)
        {
            Notes = new JsonObject { ["amount"] = AuditMoney.Of(refund.Amount), ["reason"] = refund.Reason },
        },
        var other => throw new InvalidOperationException($"{other.GetType().Name} is not audited."),
    };
}
