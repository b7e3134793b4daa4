using System.Buffers.Binary;
using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Metadata;

namespace Granary.Streams;

/// <summary>
/// Recognises the subscriptions of <see cref="JournalConsumer"/>s, which resume from a checkpoint. Orleans begins the id of an
/// implicit subscription with the hash of the subscriber's grain type and offers no other way from the id to the type.
/// </summary>
internal sealed class ConsumerSubscriptions(IOptions<GrainTypeOptions> grains, GrainTypeResolver types)
{
    private readonly FrozenSet<uint> _consumers = grains.Value.Classes
        .Where(type => type.IsSubclassOf(typeof(JournalConsumer)))
        .Select(type => types.GetGrainType(type).GetUniformHashCode())
        .ToFrozenSet();

    /// <summary>Whether a subscription is one of a consumer with a checkpoint.</summary>
    public bool Contains(Guid subscription)
    {
        Span<byte> id = stackalloc byte[16];
        subscription.TryWriteBytes(id);
        return _consumers.Contains(BinaryPrimitives.ReadUInt32LittleEndian(id));
    }
}
