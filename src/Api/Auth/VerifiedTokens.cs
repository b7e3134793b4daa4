using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Api.Auth;

/// <summary>
/// Remembers tokens that were verified until they expire. Two generations bound it: when the young one is full it becomes the
/// old one and the old one is forgotten, so that what is in use survives. The tokens themselves are the keys, some 700 bytes
/// each: to look one up takes a tenth of the time of a SHA-256.
/// </summary>
/// <param name="time">The clock that expiry is told by.</param>
/// <param name="capacity">How many tokens at most.</param>
public sealed class VerifiedTokens(TimeProvider time, int capacity = 100_000)
{
    private Generations _current = new(NewGeneration(), NewGeneration());

    /// <summary>How many tokens are remembered.</summary>
    public int Count => Current.Young.Count + Current.Old.Count;

    /// <summary>What is remembered now. Take it before a verification, and give it to <see cref="Remember"/> with the result.</summary>
    public Generations Current => Volatile.Read(ref _current);

    /// <summary>What the verification of this token gave, or null when it has to be verified.</summary>
    public TokenValidationResult? Find(ReadOnlySpan<char> token) => Lookup(token)?.Result;

    /// <summary>The caller whom this token stands for, or null when it has to be verified.</summary>
    public AuthenticateResult? Authenticate(ReadOnlySpan<char> token) => Lookup(token)?.Outcome;

    /// <summary>Remembers a token that is valid, unless all were forgotten while it was verified.</summary>
    public void Remember(Generations asOf, string token, TokenValidationResult result)
    {
        ArgumentNullException.ThrowIfNull(asOf);
        Enter(asOf, token, new Verified(result));
    }

    /// <summary>Forgets all: a key is not trusted any more.</summary>
    public void Clear() => Volatile.Write(ref _current, new Generations(NewGeneration(), NewGeneration()));

    private Verified? Lookup(ReadOnlySpan<char> token)
    {
        var current = Current;
        if (!current.Young.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var key, out var known))
        {
            if (!current.Old.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out key, out known))
            {
                return null;
            }

            Enter(current, key, known);
        }

        return time.GetUtcNow().UtcDateTime < known.Result.SecurityToken.ValidTo ? known : null;
    }

    private void Enter(Generations asOf, string token, Verified verified)
    {
        // Counting a concurrent dictionary takes all its locks: only a new entry pays for it.
        if (asOf.Young.TryAdd(token, verified) && asOf.Young.Count >= capacity / 2)
        {
            Interlocked.CompareExchange(ref _current, new Generations(NewGeneration(), asOf.Young), asOf);
        }
    }

    private static ConcurrentDictionary<string, Verified> NewGeneration() => new(StringComparer.Ordinal);

    /// <summary>Both generations as one, so that what was forgotten cannot come back through one of them.</summary>
    public sealed class Generations
    {
        internal Generations(ConcurrentDictionary<string, Verified> young, ConcurrentDictionary<string, Verified> old) => (Young, Old) = (young, old);

        internal ConcurrentDictionary<string, Verified> Young { get; }

        internal ConcurrentDictionary<string, Verified> Old { get; }
    }

    internal sealed class Verified(TokenValidationResult result)
    {
        public TokenValidationResult Result => result;

        /// <summary>Nothing changes it, so all requests with the token share it.</summary>
        public AuthenticateResult Outcome { get; } = AuthenticateResult.Success(
            new AuthenticationTicket(new ClaimsPrincipal(result.ClaimsIdentity), JwtBearerDefaults.AuthenticationScheme));
    }
}
