using Granary.Domain.Events;
using Granary.Streams;
using Orleans.Placement;

namespace Granary.Grains.BackOffice;

/// <summary>Enters who changed what. Rewound to the beginning, it enters everything anew.</summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Audited), PreferLocalPlacement]
public sealed class AuditConsumer(ConsumerServices services, AuditView audit) : JournalConsumer(services)
{
    /// <summary>The consumer's name.</summary>
    public const string Name = "audit";

    /// <inheritdoc/>
    protected override string Consumer => Name;

    /// <inheritdoc/>
    protected override string Namespace => StreamNames.Audited;

    /// <inheritdoc/>
    protected override Task HandleAsync(IReadOnlyList<JournalRecord> events) => audit.EnterAsync(Partition, events, CancellationToken.None);

    /// <inheritdoc/>
    protected override Task ForgetAsync() => audit.ClearAsync(Partition, CancellationToken.None);
}
