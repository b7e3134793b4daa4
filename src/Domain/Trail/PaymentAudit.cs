using System.Text.Json.Nodes;
using Granary.Domain.Events;
using Granary.Domain.Payments;

namespace Granary.Domain.Trail;

/// <summary>What is audited of a payment: that an operator has looked at it.</summary>
internal static class PaymentAudit
{
    public static AuditedKind Kind { get; } = new(
        StreamKind.Payment,
        JournalStream.OfPayment(""),
        [PaymentEvent.Codec.NameOf<AttentionAcknowledged>()],
        static (record, _) => PaymentEvent.Codec.Decode(record) is AttentionAcknowledged e
            ? new AuditedEvent(e.By) { Notes = new JsonObject { ["attention"] = e.Reason, ["note"] = e.Note } }
            : throw new InvalidOperationException($"{record.Type} is not audited."))
    {
        // Nothing of it is remembered.
        Recall = static (name, _) => new AuditedSubject(name, 0, []),
    };
}
