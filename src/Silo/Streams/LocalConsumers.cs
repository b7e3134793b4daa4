using System.Collections.Concurrent;

namespace Granary.Streams;

/// <summary>
/// The consumers that are active on this silo, by partition. When Orleans gives a partition to another silo they leave too, so
/// that they are activated beside its new reader and the events do not cross the network.
/// </summary>
public sealed class LocalConsumers
{
    private readonly ConcurrentDictionary<IGrainContext, int> _partitions = new();

    internal void Add(IGrainContext consumer, int partition) => _partitions[consumer] = partition;

    internal void Remove(IGrainContext consumer) => _partitions.TryRemove(consumer, out _);

    internal void Release(int partition)
    {
        foreach (var (consumer, _) in _partitions.Where(entry => entry.Value == partition))
        {
            consumer.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The partition is read elsewhere now."));
        }
    }
}
