using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Orders.Index;
using Granary.Journal;
using Granary.Streams;
using Orleans.Placement;

namespace Granary.Grains.Payments;

/// <summary>
/// Repeats what payments and orders tell each other, so that a crash between their two streams only delays: a payment tells its order
/// its account, and an order's standing aligns its payments. Both messages carry a version and change nothing the second time. The wallet of
/// a refunded order is aligned as well: one that has closed its claim on a shipped order does not check back.
/// </summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Payments), PreferLocalPlacement]
public sealed class PaymentFollower(ConsumerServices services, IJournal journal) : JournalConsumer(services)
{
    /// <summary>The consumer's name.</summary>
    public const string Name = "payment-follower";

    /// <inheritdoc/>
    protected override string Consumer => Name;

    /// <inheritdoc/>
    protected override string Namespace => StreamNames.Payments;

    /// <inheritdoc/>
    protected override async Task HandleAsync(IReadOnlyList<JournalRecord> events)
    {
        var streams = events.Select(record => record.Stream).Distinct().ToLookup(JournalStream.KindOf);
        await Task.WhenAll(streams[StreamKind.Payment].Select(stream =>
            GrainFactory.GetGrain<IPaymentUpkeep>(JournalStream.KeyOf(stream)).Follow()));
        List<string> orders = [.. streams[StreamKind.Order]];
        if (orders.Count > 0)
        {
            // Most are paid from the wallet and not refunded.
            await Task.WhenAll((await OrderHistory.ReadAsync(journal, orders, CancellationToken.None)).SelectMany(AlignOf));
        }
    }

    private IEnumerable<Task> AlignOf(OrderState order)
    {
        var standing = order.ToStanding();
        return order.PaymentMethod == PaymentMethod.External
            ? order.FollowingPayments.Select(payment => GrainFactory.Payment(payment).Align(standing))
            : order.Refunds.IsEmpty ? []
            : [GrainFactory.User(order.UserId).Align(standing)];
    }

    /// <summary>Most payments are over after this time and have told their order.</summary>
    protected override TimeSpan Pace => GatheringPace;
}
