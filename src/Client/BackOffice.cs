using System.Text.Json;

namespace Granary.Client;

/// <summary>An entry of the audit.</summary>
/// <param name="By">The id of the user or key that did it, or <c>system</c>.</param>
/// <param name="Subject">What was changed, such as <c>product/CUP</c>.</param>
/// <param name="Type">Such as <c>product.changed</c>.</param>
/// <param name="Version">The version of the subject with the change.</param>
/// <param name="From">The values before, of those that changed.</param>
/// <param name="To">The values after, and what was said with the change.</param>
public sealed record AuditEntry(
    DateTimeOffset At, string By, string Subject, string Type, long Version, JsonElement? From, JsonElement? To);

/// <summary>An event that a consumer could not take.</summary>
/// <param name="Position">The event's position in the journal.</param>
/// <param name="Stream">The journal stream of the event.</param>
/// <param name="Version">The event's version in it.</param>
/// <param name="Error">The last error.</param>
/// <param name="Attempts">How many times it was set aside.</param>
/// <param name="At">When it was last set aside.</param>
public sealed record DeadLetter(
    string Id, string Consumer, long Position, string Stream, long Version, string Type, string Error, int Attempts, DateTimeOffset At);

/// <summary>Stock that was moved by hand.</summary>
/// <param name="By">The id of the user or key that did it, or <c>system</c>.</param>
/// <param name="Quantity">Units that were added; negative where they were taken out.</param>
public sealed record StockMovement(DateTimeOffset At, string By, long Quantity, string? Reason);
