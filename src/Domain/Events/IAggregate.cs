namespace Granary.Domain.Events;

/// <summary>The pure side of an event-sourced grain: an immutable state and how events change it.</summary>
/// <typeparam name="TSelf">The state.</typeparam>
/// <typeparam name="TEvent">The common base of its events.</typeparam>
public interface IAggregate<TSelf, TEvent>
    where TSelf : class, IAggregate<TSelf, TEvent>
    where TEvent : class
{
    /// <summary>The state before the first event.</summary>
    static abstract TSelf Initial(string key);

    /// <summary>The journal stream of the grain with this key.</summary>
    static abstract string StreamOf(string key);

    /// <summary>How the events are written in the journal.</summary>
    static abstract EventCodec<TEvent> Codec { get; }

    /// <summary>The version of the last applied event; 0 before the first.</summary>
    long Version { get; }

    /// <summary>The state after an event. Pure: no clock, no I/O.</summary>
    /// <param name="domainEvent">The event.</param>
    /// <param name="at">When it was decided.</param>
    TSelf Apply(TEvent domainEvent, DateTimeOffset at);
}

/// <summary>What all aggregates have in common.</summary>
public static class Aggregate
{
    /// <summary>Applies events that are decided now, and encodes them for the journal.</summary>
    /// <param name="from">The state that they were decided on.</param>
    /// <param name="events">The events.</param>
    /// <param name="now">When they were decided.</param>
    /// <param name="trace">The W3C traceparent of the request that caused them, if it is sampled.</param>
    /// <param name="encoded">Where they are added.</param>
    /// <returns>The state after them.</returns>
    public static TState Record<TState, TEvent>(
        TState from, IReadOnlyList<TEvent> events, DateTimeOffset now, string? trace, List<JournalEvent> encoded)
        where TState : class, IAggregate<TState, TEvent>
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(encoded);

        // The clock of the journal has microseconds; what is decided here must be what is read back.
        var at = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        var state = from;
        for (var i = 0; i < events.Count; i++)
        {
            state = state.Apply(events[i], at);
            encoded.Add(TState.Codec.Encode(events[i], at, trace));
        }

        return state;
    }

    /// <summary>The state that a stream's events lead to.</summary>
    /// <param name="from">The state before the first of the records.</param>
    /// <param name="records">Records of one stream, in order.</param>
    /// <exception cref="DamagedRecordException">A version is missing, or an event cannot be read or applied.</exception>
    public static TState Fold<TState, TEvent>(TState from, IEnumerable<JournalRecord> records)
        where TState : class, IAggregate<TState, TEvent>
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(records);
        var state = from;
        foreach (var record in records)
        {
            if (record.Version != state.Version + 1)
            {
                throw new DamagedRecordException(record, $"it follows version {state.Version}, so there is a gap.");
            }

            try
            {
                state = state.Apply(TState.Codec.Decode(record), record.At);
            }
            catch (Exception fault) when (fault is not DamagedRecordException)
            {
                // Decoding and applying are pure, so the event is at fault, whatever they throw: a null where a value must be, a time
                // that no deadline can follow.
                throw new DamagedRecordException(record, fault.Message, fault);
            }
        }

        return state;
    }
}
