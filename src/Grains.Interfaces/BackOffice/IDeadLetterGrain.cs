using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.BackOffice;

/// <summary>The events that consumers of the journal could not take, for front ends. Any activation answers; the key is 0.</summary>
[Alias("granary.dead-letter-grain"), Version(1)]
public interface IDeadLetterGrain : IGrainWithIntegerKey
{
    /// <summary>A page of dead letters, oldest first.</summary>
    /// <exception cref="ViewUnavailableException">Their store cannot be reached.</exception>
    [Alias("list"), Idempotent]
    Task<DeadLetterPage> List(DeadLetterQuery query);

    /// <summary>Has the consumer try the event again.</summary>
    /// <exception cref="ViewUnavailableException">Their store cannot be reached.</exception>
    [Alias("replay")]
    Task<ReplayReply> Replay(DeadLetterPlace letter);
}

/// <summary>A page of dead letters.</summary>
/// <param name="Limit">Maximum number of letters, at least 1.</param>
/// <param name="Consumer">Only those of this consumer; null for all.</param>
/// <param name="After">The last letter of the previous page; null for the first page.</param>
[GenerateSerializer, Immutable, Alias("granary.dead-letter-query")]
public sealed record DeadLetterQuery(
    [property: Id(0)] int Limit, [property: Id(1)] string? Consumer = null, [property: Id(2)] DeadLetterPlace? After = null);

/// <summary>Which dead letter: a consumer has at most one of an event.</summary>
/// <param name="Position">The event's position in the journal.</param>
[GenerateSerializer, Immutable, Alias("granary.dead-letter-place")]
public readonly record struct DeadLetterPlace([property: Id(0)] string Consumer, [property: Id(1)] long Position);

/// <summary>An event that a consumer could not take.</summary>
/// <param name="Stream">The journal stream of the event.</param>
/// <param name="Version">The event's version in it.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Error">The last error.</param>
/// <param name="Attempts">How many times it was set aside.</param>
/// <param name="At">When it was last set aside.</param>
[GenerateSerializer, Immutable, Alias("granary.dead-letter-line")]
public sealed record DeadLetterLine(
    [property: Id(0)] DeadLetterPlace Place,
    [property: Id(1)] string Stream,
    [property: Id(2)] long Version,
    [property: Id(3)] string Type,
    [property: Id(4)] string Error,
    [property: Id(5)] int Attempts,
    [property: Id(6)] DateTimeOffset At);

/// <summary>A page of dead letters.</summary>
/// <param name="Letters">Oldest first.</param>
/// <param name="More">Whether more follow.</param>
[GenerateSerializer, Immutable, Alias("granary.dead-letter-page")]
public sealed record DeadLetterPage([property: Id(0)] IReadOnlyList<DeadLetterLine> Letters, [property: Id(1)] bool More);

/// <summary>What became of a dead letter that was tried again.</summary>
/// <param name="Error">Why the consumer refused it again; null otherwise.</param>
[GenerateSerializer, Immutable, Alias("granary.replay-reply")]
public sealed record ReplayReply([property: Id(0)] ReplayOutcome Outcome, [property: Id(1)] string? Error = null);

/// <summary>What became of a dead letter.</summary>
public enum ReplayOutcome
{
    /// <summary>There is no such dead letter.</summary>
    Unknown,

    /// <summary>The consumer took the event, which is no dead letter any more.</summary>
    Taken,

    /// <summary>The consumer refused the event again.</summary>
    Refused,

    /// <summary>A plain subscriber has no way back to one event.</summary>
    NotReplayable,
}
