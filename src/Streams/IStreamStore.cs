namespace Granary.Streams;

/// <summary>
/// Stream data in the database beside the journal: consumers' checkpoints and the events that they could not process.
/// </summary>
public interface IStreamStore
{
    /// <summary>The last position that a consumer has processed in a partition; 0 for a new consumer.</summary>
    Task<long> ReadCheckpointAsync(string consumer, int partition, CancellationToken cancellationToken);

    /// <summary>Every checkpoint.</summary>
    Task<IReadOnlyList<StreamCheckpoint>> ReadCheckpointsAsync(CancellationToken cancellationToken);

    /// <summary>Saves a consumer's checkpoint. It may go back: a rewind does that.</summary>
    Task SaveCheckpointAsync(StreamCheckpoint checkpoint, CancellationToken cancellationToken);

    /// <summary>Sets events aside for one consumer. Setting the same event aside again increments its attempts.</summary>
    Task AddDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken);

    /// <summary>The events set aside, oldest first, of one consumer or of all.</summary>
    /// <param name="after">The letter after which to begin; null for the oldest.</param>
    Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(
        string? consumer, int limit, CancellationToken cancellationToken, (string Consumer, long Position)? after = null);

    /// <summary>An event set aside by a consumer, or null.</summary>
    Task<DeadLetter?> FindDeadLetterAsync(string consumer, long position, CancellationToken cancellationToken);

    /// <summary>Removes an event that was set aside, because its consumer has processed it.</summary>
    Task RemoveDeadLetterAsync(string consumer, long position, CancellationToken cancellationToken);
}

/// <summary>The progress of a consumer in one partition.</summary>
/// <param name="Consumer">The consumer's name.</param>
/// <param name="Partition">The partition's number, from 0.</param>
/// <param name="Position">The last position it has processed.</param>
public readonly record struct StreamCheckpoint(string Consumer, int Partition, long Position);

/// <summary>One event that a consumer could not process.</summary>
/// <param name="Consumer">The consumer's name.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Position">The event's position in the journal.</param>
/// <param name="Stream">The journal stream of the event.</param>
/// <param name="Version">The event's version in it.</param>
/// <param name="Type">The event's type name.</param>
/// <param name="Error">The last error.</param>
/// <param name="Attempts">How many times it was set aside.</param>
/// <param name="At">When it was last set aside.</param>
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
