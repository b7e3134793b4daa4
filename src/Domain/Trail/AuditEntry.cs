using System.Text.Json.Nodes;

namespace Granary.Domain.Trail;

/// <summary>An entry of the audit: who changed what of a subject, when, from what to what.</summary>
/// <param name="Stream">The journal stream of the event.</param>
/// <param name="Version">The event's version in it; with the stream it names the entry.</param>
/// <param name="Position">The event's position in the journal.</param>
/// <param name="Subject">What was changed, such as <c>product/CUP</c>.</param>
/// <param name="Type">The event's type name.</param>
/// <param name="At">When it was decided.</param>
/// <param name="By">The id of the user or key that did it, or <c>system</c>.</param>
/// <param name="From">The values before, of those that changed; null where none is known. Money is <c>{"amount": minor units}</c>.</param>
/// <param name="To">The values after, and what was said with the change.</param>
public sealed record AuditEntry(
    string Stream, long Version, long Position, string Subject, string Type, DateTimeOffset At, string By, JsonObject? From, JsonObject? To);

/// <summary>What the audit knows of a subject, from the subject's events so far.</summary>
/// <param name="Name">Such as <c>product/CUP</c>.</param>
/// <param name="Version">The version of the last event that is known; 0 before the first.</param>
/// <param name="Known">The last value of everything that is audited of it.</param>
public sealed record AuditedSubject(string Name, long Version, JsonObject Known)
{
    /// <summary>A subject of which nothing is known.</summary>
    public static AuditedSubject New(string name) => new(name, 0, []);
}

/// <summary>What an event says for the audit.</summary>
/// <param name="By">The id of the user or key that did it, or <c>system</c>.</param>
public sealed record AuditedEvent(string By)
{
    /// <summary>The values that the subject has after it. The audit shows those that differ from the values before.</summary>
    public JsonObject Sets { get; init; } = [];

    /// <summary>What belongs to the change and is no lasting value of the subject, such as a reason.</summary>
    public JsonObject Notes { get; init; } = [];

    /// <summary>Whether it is an entry; false for an event that only tells what the subject is before a later change.</summary>
    public bool IsRecorded { get; init; } = true;
}
