using Orleans.CodeGeneration;

namespace Granary.Streams;

/// <summary>One partition of one consumer of the journal's streams, keyed by the partition's two digits.</summary>
[Alias("granary.journal-consumer"), Version(1)]
public interface IJournalConsumer : IGrainWithStringKey
{
    /// <summary>Sets the checkpoint; what follows it is delivered again, at the next event or nudge of the partition.</summary>
    [Alias("rewind")]
    Task RewindAsync(long position);

    /// <summary>The last position dealt with.</summary>
    [Alias("position")]
    Task<long> GetPositionAsync();

    /// <summary>Tries events again that were set aside. Those that are taken now are dead letters no more.</summary>
    /// <param name="positions">Positions of dead letters of this consumer and partition.</param>
    /// <returns>How many were taken.</returns>
    [Alias("replay")]
    Task<int> ReplayAsync(IReadOnlyList<long> positions);
}
