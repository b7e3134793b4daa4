using Orleans.CodeGeneration;

namespace Granary.Streams;

/// <summary>One partition of one consumer of the journal's streams, keyed by the partition's two digits.</summary>
[Alias("granary.journal-consumer"), Version(1)]
public interface IJournalConsumer : IGrainWithStringKey
{
    /// <summary>
    /// Sets the checkpoint; the events after it are delivered again, at the next event or nudge of the partition.
    /// </summary>
    [Alias("rewind")]
    Task RewindAsync(long position);

    /// <summary>The last position that was processed.</summary>
    [Alias("position")]
    Task<long> GetPositionAsync();

    /// <summary>Retries events that were set aside. Those that succeed now are no longer dead letters.</summary>
    /// <param name="positions">Positions of dead letters of this consumer and partition.</param>
    /// <returns>How many succeeded.</returns>
    [Alias("replay")]
    Task<int> ReplayAsync(IReadOnlyList<long> positions);
}
