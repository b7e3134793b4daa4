using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Grains.Orders;

/// <content>Pushes the order's standing to its stock items, its user and its external payments.</content>
public sealed partial class OrderGrain
{
    private static readonly TimeSpan AlignAgainAfter = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _unaligned = new(StringComparer.Ordinal);
    private IGrainTimer? _alignTimer;

    /// <summary>
    /// Pushes the order's standing. The decision stays durable if a push fails. A timer repeats the push; after a crash, the
    /// participant checks back.
    /// </summary>
    /// <param name="skus">The stock items.</param>
    /// <param name="informed">The external payment that has the standing from elsewhere; null for none.</param>
    private async Task AlignAsync(IEnumerable<string> skus, string? informed = null)
    {
        _unaligned.UnionWith(skus);
        var targets = _unaligned.ToList();
        try
        {
            var standing = Durable.ToStanding();
            var pushes = targets
                .Select(sku => ParticipantCalls.RepeatAsync(() => GrainFactory.StockItem(sku).Align(standing)))
                .Append(ParticipantCalls.RepeatAsync(() => GrainFactory.User(Durable.UserId).Align(standing)));
            if (!Durable.Payments.IsEmpty)
            {
                pushes = pushes.Concat(PushesToPayments(standing, informed));
            }

            await Task.WhenAll(pushes);
            _unaligned.ExceptWith(targets);
            _alignTimer?.Dispose();
            _alignTimer = null;
        }
        catch (Exception fault)
        {
            logger.LogWarning(fault, "Order {Order} is {Status}, but not every participant was reached; the push is repeated.", Key, Durable.Status);
            _alignTimer ??= this.RegisterGrainTimer(
                () => AlignAsync([]),
                new GrainTimerCreationOptions(AlignAgainAfter, AlignAgainAfter) { KeepAlive = true });
        }
    }

    /// <summary>A payment answers once it has recorded what follows; its calls to the provider come after.</summary>
    private IEnumerable<Task> PushesToPayments(OrderStanding standing, string? informed) => Durable.FollowingPayments
        .Where(payment => payment != informed)
        .Select(payment => ParticipantCalls.RepeatAsync(() => GrainFactory.Payment(payment).Align(standing)));
}
