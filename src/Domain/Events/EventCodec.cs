using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Granary.Domain.Events;

/// <summary>
/// Turns the events of one aggregate into journal payloads and back. The type name versions the payload: a changed shape
/// gets a new name, and the old one stays readable.
/// </summary>
/// <typeparam name="TEvent">The common base of the aggregate's events.</typeparam>
public sealed class EventCodec<TEvent>
    where TEvent : class
{
    private readonly Dictionary<Type, (string Name, JsonTypeInfo Json)> _byType = [];
    private readonly Dictionary<string, JsonTypeInfo> _byName = new(StringComparer.Ordinal);

    /// <summary>Names an event type.</summary>
    public EventCodec<TEvent> Add<T>(string name, JsonTypeInfo<T> json)
        where T : TEvent
    {
        _byType.Add(typeof(T), (name, json));
        _byName.Add(name, json);
        return this;
    }

    /// <summary>The type names, in the order they were added.</summary>
    public IReadOnlyCollection<string> Names => _byName.Keys;

    /// <summary>The type name of an event.</summary>
    public string NameOf(TEvent domainEvent) => _byType[domainEvent.GetType()].Name;

    /// <summary>The type name of a type of events.</summary>
    public string NameOf<T>()
        where T : TEvent => _byType[typeof(T)].Name;

    /// <summary>The event as a journal entry.</summary>
    public JournalEvent Encode(TEvent domainEvent, DateTimeOffset at, string? trace)
    {
        var (name, json) = _byType[domainEvent.GetType()];
        return new JournalEvent(name, JsonSerializer.SerializeToUtf8Bytes(domainEvent, json), at, trace);
    }

    /// <summary>The event of a journal record.</summary>
    /// <exception cref="DamagedRecordException">The row cannot be read.</exception>
    /// <exception cref="JsonException">The payload is not what its type name says.</exception>
    /// <exception cref="InvalidOperationException">The type name is unknown: a newer program wrote this journal.</exception>
    public TEvent Decode(JournalRecord record)
    {
        if (record.Damage is { } damage)
        {
            throw new DamagedRecordException(record, damage);
        }

        if (!_byName.TryGetValue(record.Type, out var json))
        {
            throw new InvalidOperationException(
                $"The journal holds an event of type {record.Type} in {record.Stream} that this program does not know.");
        }

        return (TEvent?)JsonSerializer.Deserialize(record.Payload.Span, json)
            ?? throw new JsonException($"The payload of {record.Stream} version {record.Version} is null.");
    }
}
