using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Auth;

/// <summary>
/// Remembers tokens that were verified until they expire. Two generations bound it: when the young one is full it becomes the
/// old one and the old one is forgotten, so that what is in use survives. The tokens themselves are the keys, some 700 bytes
/// each: looking one up costs a tenth of hashing it so that no other has the same hash.
/// </summary>
/// <param name="time">The clock that expiry is told by.</param>
/// <param name="capacity">How many tokens at most.</param>
public sealed class VerifiedTokens(TimeProvider time, int capacity = 100_000)
{
    private ConcurrentDictionary<string, Verified> _young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, Verified> _old = new(StringComparer.Ordinal);

    /// <summary>How many tokens are remembered.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>What the verification of this token gave, or null when it has to be verified.</summary>
    public TokenValidationResult? Find(ReadOnlySpan<char> token) => Lookup(token)?.Result;

    /// <summary>The caller whom this token stands for, or null when it has to be verified.</summary>
    public AuthenticateResult? Authenticate(ReadOnlySpan<char> token) => Lookup(token)?.Outcome;

    /// <summary>Remembers a token that is valid.</summary>
    public void Remember(string token, TokenValidationResult result) => Enter(token, new Verified(result));

    /// <summary>Forgets all: a key is not trusted any more.</summary>
    public void Clear()
    {
        _old = new(StringComparer.Ordinal);
        _young = new(StringComparer.Ordinal);
    }

    private Verified? Lookup(ReadOnlySpan<char> token)
    {
        if (!_young.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var key, out var known))
        {
            if (!_old.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out key, out known))
            {
                return null;
            }

            Enter(key, known);
        }

        return time.GetUtcNow().UtcDateTime < known.Result.SecurityToken.ValidTo ? known : null;
    }

    private void Enter(string token, Verified verified)
    {
        var young = _young;

        // Counting a concurrent dictionary takes all its locks: only a new entry pays for it.
        if (young.TryAdd(token, verified) && young.Count >= capacity / 2
            && Interlocked.CompareExchange(ref _young, new(StringComparer.Ordinal), young) == young)
        {
            _old = young;
        }
    }

    private sealed class Verified(TokenValidationResult result)
    {
        public TokenValidationResult Result => result;

        /// <summary>Nothing changes it, so all requests with the token share it.</summary>
        public AuthenticateResult Outcome { get; } = AuthenticateResult.Success(
            new AuthenticationTicket(new ClaimsPrincipal(result.ClaimsIdentity), JwtBearerDefaults.AuthenticationScheme));
    }
}
