using System.Security.Cryptography;
using Granary.Domain.Events;

namespace Granary.Grains.EventSourcing;

/// <summary>An event, to be recognised by what it says: two events of one stream and version are told apart by it.</summary>
public readonly struct EventMark
{
    private readonly ReadOnlyMemory<byte> _payload;

    private EventMark(ReadOnlyMemory<byte> payload) => _payload = payload;

    /// <summary>The mark of an event that was decided.</summary>
    public static EventMark Of(JournalEvent decided) => new(decided.Payload);

    /// <summary>The mark of an event in the journal.</summary>
    public static EventMark Of(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new EventMark(record.Payload);
    }

    /// <summary>Whether a mark is that of an event in the journal. No mark is that of any.</summary>
    public static bool IsOf(JournalRecord record, string? mark) => mark is null || Of(record).ToString() == mark;

    /// <summary>The form in which it is stored.</summary>
    public override string ToString() => Convert.ToHexStringLower(SHA256.HashData(_payload.Span).AsSpan(0, 16));
}
