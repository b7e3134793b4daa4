using System.Collections.Concurrent;

namespace Granary.Api.Auth;

/// <summary>
/// Caches verified tokens until they expire. Two generations bound it: when the young one is full it becomes the old one and the
/// old one is dropped, so tokens in use survive. The tokens themselves are the keys, about 700 bytes each: a look-up takes a
/// tenth of the time of a SHA-256.
/// </summary>
/// <param name="time">The clock that decides expiry.</param>
/// <param name="capacity">Maximum number of tokens.</param>
public sealed class VerifiedTokens(TimeProvider time, int capacity = 100_000)
{
    private Generations _current = new(NewGeneration(), NewGeneration());

    /// <summary>Number of cached tokens.</summary>
    public int Count => Current.Young.Count + Current.Old.Count;

    /// <summary>
    /// The current cache. Read it before a verification, and pass it to <see cref="Remember"/> with the result.
    /// </summary>
    public Generations Current => Volatile.Read(ref _current);

    /// <summary>What this token says, or null if it has to be verified.</summary>
    public VerifiedToken? Find(ReadOnlySpan<char> token)
    {
        var current = Current;
        if (!current.Young.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var known))
        {
            if (!current.Old.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out known))
            {
                return null;
            }

            Enter(current, token.ToString(), known);
        }

        return time.GetUtcNow().UtcDateTime < known.ValidTo ? known : null;
    }

    /// <summary>Caches a valid token, unless the cache was cleared while the token was verified.</summary>
    public void Remember(Generations asOf, string token, VerifiedToken verified)
    {
        ArgumentNullException.ThrowIfNull(asOf);
        Enter(asOf, token, verified);
    }

    /// <summary>Clears the cache, because a key is no longer trusted.</summary>
    public void Clear() => Volatile.Write(ref _current, new Generations(NewGeneration(), NewGeneration()));

    private void Enter(Generations asOf, string token, VerifiedToken verified)
    {
        // Counting a concurrent dictionary takes all its locks, so only a new entry does it.
        if (asOf.Young.TryAdd(token, verified) && asOf.Young.Count >= capacity / 2)
        {
            Interlocked.CompareExchange(ref _current, new Generations(NewGeneration(), asOf.Young), asOf);
        }
    }

    private static ConcurrentDictionary<string, VerifiedToken> NewGeneration() => new(StringComparer.Ordinal);

    /// <summary>Both generations in one object, so that a cleared entry cannot return through one of them.</summary>
    public sealed class Generations
    {
        internal Generations(ConcurrentDictionary<string, VerifiedToken> young, ConcurrentDictionary<string, VerifiedToken> old) => (Young, Old) = (young, old);

        internal ConcurrentDictionary<string, VerifiedToken> Young { get; }

        internal ConcurrentDictionary<string, VerifiedToken> Old { get; }
    }
}
