using System.Collections.Concurrent;
using Granary.Journal.PostgreSql;

namespace Granary.Streams;

/// <summary>
/// What this process knows of events that an open transaction of the PostgreSQL server keeps from the streams. In the embedded store
/// nothing is ever held back.
/// </summary>
public sealed class HeldBack
{
    private readonly ConcurrentDictionary<int, HeldBackEvents> _byDatabase = new();

    /// <summary>The events held back at present, of the database whose first ones have waited longest; null if there are none.</summary>
    public HeldBackEvents? Current => _byDatabase.Values.MinBy(events => events.Since);

    /// <summary>The events of a database of the journal that are held back; null if there are none.</summary>
    public HeldBackEvents? Of(int database) => _byDatabase.GetValueOrDefault(database);

    /// <summary>How long the first of them has waited; zero if there are none.</summary>
    public TimeSpan AgeAt(DateTimeOffset now) => Current is { } events && now > events.Since ? now - events.Since : TimeSpan.Zero;

    internal void Set(int database, HeldBackEvents? events)
    {
        if (events is null)
        {
            _byDatabase.TryRemove(database, out _);
        }
        else
        {
            _byDatabase[database] = events;
        }
    }
}
