using Granary.Journal.PostgreSql;

namespace Granary.Streams;

/// <summary>
/// What this process knows of events that an open transaction of the PostgreSQL server keeps from the streams. In the embedded store
/// nothing is ever held back.
/// </summary>
public sealed class HeldBack
{
    private volatile HeldBackEvents? _current;

    /// <summary>The events held back at present; null if there are none.</summary>
    public HeldBackEvents? Current
    {
        get => _current;
        internal set => _current = value;
    }

    /// <summary>How long the first of them has waited; zero if there are none.</summary>
    public TimeSpan AgeAt(DateTimeOffset now) =>
        _current is { } events && now > events.Since ? now - events.Since : TimeSpan.Zero;
}
