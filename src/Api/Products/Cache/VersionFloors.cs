using System.Collections.Concurrent;

namespace Granary.Api.Products.Cache;

/// <summary>
/// The lowest version of a product that may still be served: the highest version that this process knows of. A floor is kept for
/// at least one memory span, after which no older copy is left, and for at most two.
/// </summary>
/// <param name="memory">The longest life of a copy, to begin with.</param>
public sealed class VersionFloors(TimeSpan memory, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private Generations _floors = new([], []);
    private TimeSpan _memory = memory;
    private long _since = clock.GetTimestamp();

    /// <summary>The lowest version to serve; 0 if any version may be served.</summary>
    public long Of(string sku)
    {
        var floors = Volatile.Read(ref _floors);
        return Math.Max(floors.Young.GetValueOrDefault(sku), floors.Old.GetValueOrDefault(sku));
    }

    /// <summary>Forbids versions below this one.</summary>
    public void Raise(string sku, long version)
    {
        lock (_lock)
        {
            if (clock.GetElapsedTime(_since) > _memory)
            {
                Volatile.Write(ref _floors, new Generations([], _floors.Young));
                _since = clock.GetTimestamp();
            }

            if (version > _floors.Young.GetValueOrDefault(sku))
            {
                _floors.Young[sku] = version;
            }
        }
    }

    /// <summary>Covers copies that live this long. It never covers less than before: copies with a longer life may be left.</summary>
    public void Cover(TimeSpan life)
    {
        lock (_lock)
        {
            _memory = life > _memory ? life : _memory;
        }
    }

    private sealed record Generations(ConcurrentDictionary<string, long> Young, ConcurrentDictionary<string, long> Old);
}
