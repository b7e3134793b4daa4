using Granary.Domain.Events;
using Granary.Journal;
using Granary.Streams;
using Orleans.Placement;

namespace Granary.Grains.Orders.Index;

/// <summary>Updates the index of orders from the journal.</summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Orders), PreferLocalPlacement]
public sealed class OrderIndexConsumer(ConsumerServices services, IJournal journal, OrderIndex index) : JournalConsumer(services)
{
    /// <summary>The consumer's name.</summary>
    public const string Name = "order-index";

    /// <inheritdoc/>
    protected override string Consumer => Name;

    /// <inheritdoc/>
    protected override string Namespace => StreamNames.Orders;

    /// <inheritdoc/>
    protected override async Task HandleAsync(IReadOnlyList<JournalRecord> events)
    {
        var orders = await OrderHistory.AfterAsync(journal, events, CancellationToken.None);
        if (orders.Count > 0)
        {
            await index.UpsertAsync([.. orders.Select(OrderIndexEntry.Of)], CancellationToken.None);
        }
    }
}
