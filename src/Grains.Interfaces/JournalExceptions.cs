namespace Granary.Grains.Interfaces;

/// <summary>An append to the journal was not carried out, or it is not known whether it was.</summary>
[GenerateSerializer, Alias("granary.journal-exception")]
public abstract class JournalException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Another activation wrote to the stream first. This activation must discard its decision and reload.</summary>
[GenerateSerializer, Alias("granary.version-conflict")]
public sealed class VersionConflictException(string stream, long afterVersion)
    : JournalException($"Stream {stream} does not end at version {afterVersion}: another activation wrote to it.");

/// <summary>
/// The store cannot be reached. The outcome of an append that fails with this is unknown until the stream is read again.
/// </summary>
[GenerateSerializer, Alias("granary.journal-unavailable")]
public sealed class JournalUnavailableException(string message, Exception? inner = null) : JournalException(message, inner);

/// <summary>The store refuses this append, and only this one; nothing of it is durable.</summary>
[GenerateSerializer, Alias("granary.journal-append")]
public sealed class JournalAppendException(string message, Exception? inner = null) : JournalException(message, inner);

/// <summary>
/// Nothing of the append is durable, because an append that it requires did not become durable, or its outcome is unknown. The
/// inner exception is that append's failure.
/// </summary>
[GenerateSerializer, Alias("granary.requirement-failed")]
public sealed class RequirementFailedException(string stream, Exception? cause)
    : JournalException($"The events for stream {stream} require others that are not durable: {cause?.Message ?? "they were not appended before"}", cause);
