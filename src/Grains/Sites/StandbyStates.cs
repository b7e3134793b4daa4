using System.Collections.Concurrent;
using Granary.Domain.Events;
using Granary.Journal;

namespace Granary.Grains.Sites;

/// <summary>
/// What orders, products, users and payments are at a site that takes no writes: folded from their events, and kept, so that the next look reads only
/// what has come since.
/// </summary>
public sealed class StandbyStates(IJournal journal)
{
    /// <summary>States that are kept; beyond it all are dropped, which costs only time.</summary>
    private const int Most = 20_000;

    private readonly ConcurrentDictionary<string, (int Timeline, object State)> _kept = new(StringComparer.Ordinal);

    /// <summary>The state of a stream now.</summary>
    /// <exception cref="Interfaces.JournalUnavailableException">The standby cannot be read.</exception>
    public async Task<TState> ReadAsync<TState, TEvent>(string key)
        where TState : class, IAggregate<TState, TEvent>
        where TEvent : class
    {
        var stream = TState.StreamOf(key);
        var timeline = journal.Timeline;
        var before = _kept.TryGetValue(stream, out var kept) && kept.Timeline == timeline ? (TState)kept.State : TState.Initial(key);
        var state = Aggregate.Fold<TState, TEvent>(before, await journal.ReadStreamAsync(stream, before.Version));
        if (state.Version > 0)
        {
            if (_kept.Count >= Most)
            {
                _kept.Clear();
            }

            // Two readers may overtake each other; the state that stays is right, and perhaps not the newest.
            _kept[stream] = (timeline, state);
        }

        return state;
    }
}
