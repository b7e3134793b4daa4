namespace Granary.Streams;

/// <summary>What the streams keep in the database beside the journal: how far consumers are, and what they could not take.</summary>
public interface IStreamStore
{
    /// <summary>The last position a consumer has dealt with in a partition; 0 for a new consumer.</summary>
    Task<long> ReadCheckpointAsync(string consumer, int partition, CancellationToken cancellationToken);

    /// <summary>Every checkpoint.</summary>
    Task<IReadOnlyList<StreamCheckpoint>> ReadCheckpointsAsync(CancellationToken cancellationToken);

    /// <summary>Records how far a consumer is. Going back is allowed: that is how it is rewound.</summary>
    Task SaveCheckpointAsync(StreamCheckpoint checkpoint, CancellationToken cancellationToken);

    /// <summary>Sets events aside for one consumer. Setting the same event aside again counts its attempts up.</summary>
    Task AddDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken);

    /// <summary>The events set aside, oldest first; of one consumer, or of all.</summary>
    Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(string? consumer, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets an event set aside, because its consumer has taken it after all.</summary>
    Task RemoveDeadLetterAsync(string consumer, long position, CancellationToken cancellationToken);
}

/// <summary>How far a consumer is in one partition.</summary>
/// <param name="Consumer">The consumer's name.</param>
/// <param name="Partition">The partition's number, from 0.</param>
/// <param name="Position">The last position it has dealt with.</param>
public readonly record struct StreamCheckpoint(string Consumer, int Partition, long Position);

/// <summary>One event that a consumer could not take.</summary>
/// <param name="Consumer">The consumer's name.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Position">The event's position in the journal.</param>
/// <param name="Stream">The journal stream of the event.</param>
/// <param name="Version">The event's version in it.</param>
/// <param name="Type">The event's type name.</param>
/// <param name="Error">What went wrong last.</param>
/// <param name="Attempts">How often it was set aside.</param>
/// <param name="At">When it was set aside last.</param>
public sealed record DeadLetter(
    string Consumer,
    int Partition,
    long Position,
    string Stream,
    long Version,
    string Type,
    string Error,
    int Attempts,
    DateTimeOffset At);
