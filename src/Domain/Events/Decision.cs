using Granary.Grains.Interfaces;

namespace Granary.Domain.Events;

/// <summary>What a pure decision came to: events to record, a refusal, or that nothing needs to change.</summary>
/// <typeparam name="TEvent">The common base of the aggregate's events.</typeparam>
public readonly struct Decision<TEvent>
    where TEvent : class
{
    private Decision(IReadOnlyList<TEvent> events, Refusal? refusal)
    {
        Events = events;
        Refusal = refusal;
    }

    /// <summary>The command is already fulfilled.</summary>
    public static Decision<TEvent> Unchanged { get; } = new([], null);

    /// <summary>What happened; empty when unchanged, and when refused unless time alone has made something happen.</summary>
    public IReadOnlyList<TEvent> Events { get; }

    /// <summary>Why not, or null.</summary>
    public Refusal? Refusal { get; }

    public static implicit operator Decision<TEvent>(TEvent domainEvent) => new([domainEvent], null);

    public static implicit operator Decision<TEvent>(Refusal refusal) => new([], refusal);

    /// <summary>Several events that happen together.</summary>
    public static Decision<TEvent> Of(IReadOnlyList<TEvent> events) => new(events, null);

    /// <summary>An event that happens whatever becomes of the command, and then what is decided after it.</summary>
    public static Decision<TEvent> After(TEvent first, Decision<TEvent> then) => new([first, .. then.Events], then.Refusal);
}
