using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Auth;

/// <summary>
/// Remembers tokens that were verified, by their hash, until they expire. Two generations bound it: when the young one is
/// full it becomes the old one and the old one is forgotten, so that what is in use survives.
/// </summary>
/// <param name="time">The clock that expiry is told by.</param>
/// <param name="capacity">How many tokens at most.</param>
public sealed class VerifiedTokens(TimeProvider time, int capacity = 100_000)
{
    private ConcurrentDictionary<TokenHash, TokenValidationResult> _young = new();
    private ConcurrentDictionary<TokenHash, TokenValidationResult> _old = new();

    /// <summary>How many tokens are remembered.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>What the verification of this token gave, or null when it has to be verified.</summary>
    public TokenValidationResult? Find(string token)
    {
        var hash = TokenHash.Of(token);
        if (!_young.TryGetValue(hash, out var result))
        {
            if (!_old.TryGetValue(hash, out result))
            {
                return null;
            }

            Enter(hash, result);
        }

        return time.GetUtcNow().UtcDateTime < result.SecurityToken.ValidTo ? result : null;
    }

    /// <summary>Remembers a token that is valid.</summary>
    public void Remember(string token, TokenValidationResult result) => Enter(TokenHash.Of(token), result);

    /// <summary>Forgets all: a key is not trusted any more.</summary>
    public void Clear()
    {
        _old = new();
        _young = new();
    }

    private void Enter(TokenHash hash, TokenValidationResult result)
    {
        var young = _young;

        // Counting a concurrent dictionary takes all its locks: only a new entry pays for it.
        if (young.TryAdd(hash, result) && young.Count >= capacity / 2
            && Interlocked.CompareExchange(ref _young, new(), young) == young)
        {
            _old = young;
        }
    }

    // SHA-256: two tokens with one hash cannot be made, so that none is taken for another.
    private readonly record struct TokenHash(UInt128 High, UInt128 Low)
    {
        public static TokenHash Of(string token)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(MemoryMarshal.AsBytes(token.AsSpan()), hash);
            return MemoryMarshal.Read<TokenHash>(hash);
        }
    }
}
