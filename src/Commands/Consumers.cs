using Granary.Streams;

namespace Granary.Commands;

/// <summary>Consumers of the streams, which have one grain a partition.</summary>
internal static class Consumers
{
    /// <summary>One partition of a consumer. Its grain type is the consumer's name.</summary>
    public static IJournalConsumer Partition(IGrainFactory grains, string consumer, int partition) => grains.GetGrain<IJournalConsumer>(
        GrainId.Create(consumer, StreamNames.StreamOf(StreamNames.Orders, partition).GetKeyAsString()));
}
