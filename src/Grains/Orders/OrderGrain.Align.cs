using Granary.Grains.Interfaces;

namespace Granary.Grains.Orders;

/// <content>Telling those who keep stock and money what the order has decided.</content>
public sealed partial class OrderGrain
{
    private static readonly TimeSpan AlignAgainAfter = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _unaligned = new(StringComparer.Ordinal);
    private IGrainTimer? _alignTimer;

    /// <summary>
    /// Pushes the order's standing. The decision is durable whatever becomes of the push: who cannot be reached is told again
    /// by a timer, and after a crash asks by itself.
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
            logger.LogWarning(fault, "Order {Order} is {Status}, but not everybody could be told; it will be repeated.", Key, Durable.Status);
            _alignTimer ??= this.RegisterGrainTimer(
                () => AlignAsync([]),
                new GrainTimerCreationOptions(AlignAgainAfter, AlignAgainAfter) { KeepAlive = true });
        }
    }
}
