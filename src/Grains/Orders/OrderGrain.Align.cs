using Granary.Grains.Interfaces;

namespace Granary.Grains.Orders;

/// <content>Pushes the order's standing to its stock items and its user.</content>
public sealed partial class OrderGrain
{
    private static readonly TimeSpan AlignAgainAfter = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _unaligned = new(StringComparer.Ordinal);
    private IGrainTimer? _alignTimer;

    /// <summary>
    /// Pushes the order's standing. The decision stays durable if a push fails. A timer repeats the push; after a crash, the
    /// participant checks back.
    /// </summary>
    private async Task AlignAsync(IEnumerable<string> skus)
    {
        _unaligned.UnionWith(skus);
        var targets = _unaligned.ToList();
        try
        {
            var standing = Durable.ToStanding();
            var pushes = targets
                .Select(sku => ParticipantCalls.RepeatAsync(() => GrainFactory.StockItem(sku).Align(standing)))
                .Append(ParticipantCalls.RepeatAsync(() => GrainFactory.User(Durable.UserId).Align(standing)));
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
}
