namespace Granary.Domain.Events;

/// <summary>One event to append.</summary>
/// <param name="Type">The type name that versions the payload, such as <c>order.placed</c>.</param>
/// <param name="Payload">UTF-8 JSON.</param>
/// <param name="At">When it was decided.</param>
/// <param name="Trace">The W3C traceparent of the request that caused it, where it is sampled.</param>
public readonly record struct JournalEvent(string Type, ReadOnlyMemory<byte> Payload, DateTimeOffset At, string? Trace = null);
