namespace Granary.Domain.Events;

/// <summary>One durable event.</summary>
/// <param name="Position">Its position in the whole journal; grows, with gaps.</param>
/// <param name="Stream">The stream it belongs to.</param>
/// <param name="Version">Its version in the stream; gapless from 1.</param>
/// <param name="Type">The type name of the payload.</param>
/// <param name="Payload">UTF-8 JSON.</param>
/// <param name="At">When it was decided.</param>
/// <param name="Trace">The W3C traceparent of the request that caused it, where it was sampled.</param>
/// <param name="Damage">Why its row cannot be read as it is; null for a sound row. <paramref name="At"/> then says nothing.</param>
[GenerateSerializer, Immutable, Alias("granary.journal-record")]
public sealed record JournalRecord(
    [property: Id(0)] long Position,
    [property: Id(1)] string Stream,
    [property: Id(2)] long Version,
    [property: Id(3)] string Type,
    [property: Id(4)] ReadOnlyMemory<byte> Payload,
    [property: Id(5)] DateTimeOffset At,
    [property: Id(6)] string? Trace = null,
    [property: Id(7)] string? Damage = null);
