using System.Collections.Concurrent;

namespace Granary.Api.Auth;

/// <summary>Counts attempts by key; after the free attempts, each one must wait twice as long as the one before.</summary>
/// <param name="time">The clock.</param>
/// <param name="free">Attempts without a wait.</param>
/// <param name="capacity">
/// Maximum number of remembered keys; beyond it the keys with the longest inactivity are forgotten.
/// </param>
internal sealed class Backoff(TimeProvider time, int free, int capacity = 50_000)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Attempts> _attempts = new(StringComparer.Ordinal);

    /// <summary>Counts an attempt, or returns the time to wait before the next.</summary>
    public TimeSpan? Begin(string key)
    {
        MakeRoom();
        var attempts = _attempts.GetOrAdd(key, _ => new Attempts());
        lock (attempts)
        {
            var now = time.GetElapsedTime(0);
            if (now < attempts.BlockedUntil)
            {
                return attempts.BlockedUntil - now;
            }

            if (now - attempts.Last > Memory)
            {
                attempts.Count = 0;
            }

            attempts.Last = now;
            attempts.Count++;
            attempts.BlockedUntil = now + WaitAfter(attempts.Count - free);
            return null;
        }
    }

    /// <summary>The attempts that count against a key now.</summary>
    public int CountOf(string key)
    {
        if (!_attempts.TryGetValue(key, out var attempts))
        {
            return 0;
        }

        lock (attempts)
        {
            return time.GetElapsedTime(0) - attempts.Last > Memory ? 0 : attempts.Count;
        }
    }

    /// <summary>Forgets the attempts of a key.</summary>
    public void Forget(string key) => _attempts.TryRemove(key, out _);

    /// <summary>Uncounts one attempt.</summary>
    public void TakeBack(string key)
    {
        if (!_attempts.TryGetValue(key, out var attempts))
        {
            return;
        }

        lock (attempts)
        {
            attempts.Count = Math.Max(0, attempts.Count - 1);
            if (attempts.Count <= free)
            {
                attempts.BlockedUntil = default;
            }
        }
    }

    private static TimeSpan WaitAfter(int excess) => excess switch
    {
        <= 0 => TimeSpan.Zero,
        < 11 => TimeSpan.FromSeconds(1 << (excess - 1)),
        _ => LongestWait,
    };

    private void MakeRoom()
    {
        if (_attempts.Count < capacity)
        {
            return;
        }

        foreach (var (key, _) in _attempts.OrderBy(entry => entry.Value.Last).Take(capacity / 10))
        {
            _attempts.TryRemove(key, out _);
        }
    }

    private sealed class Attempts
    {
        public int Count { get; set; }

        // Both by the monotonic clock.
        public TimeSpan Last { get; set; }

        public TimeSpan BlockedUntil { get; set; }
    }
}
