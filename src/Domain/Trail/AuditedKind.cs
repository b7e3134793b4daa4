using Granary.Domain.Events;

namespace Granary.Domain.Trail;

/// <summary>What is audited of the streams of one kind.</summary>
/// <param name="Stream">The kind.</param>
/// <param name="Prefix">What the names of its subjects begin with, such as <c>product/</c>; by default the key of the stream follows.</param>
/// <param name="Types">The type names of the events that the audit reads; it never sees others.</param>
/// <param name="Read">What an event says, given what is known of its subject before it.</param>
public sealed record AuditedKind(
    StreamKind Stream, string Prefix, IReadOnlyList<string> Types, Func<JournalRecord, AuditedSubject, AuditedEvent> Read)
{
    /// <summary>
    /// What is known of a subject, from all its events before one; null where the audit remembers it. A kind that has a subject for every
    /// order rather reads the few events of the one that was changed than remembers all.
    /// </summary>
    public Func<string, IEnumerable<JournalRecord>, AuditedSubject>? Recall { get; init; }

    /// <summary>The key of the subject of an event, where one stream has the events of many subjects; null where it is the stream's.</summary>
    public Func<JournalRecord, string>? Key { get; init; }

    /// <summary>The name of the subject of an event.</summary>
    public string SubjectOf(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Prefix + (Key?.Invoke(record) ?? JournalStream.KeyOf(record.Stream));
    }
}
