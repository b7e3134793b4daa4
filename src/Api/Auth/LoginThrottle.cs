using System.Collections.Concurrent;
using System.Net;
using Granary.Api.Traffic;

namespace Granary.Api.Auth;

/// <summary>
/// Slows down password guessing. A network that fails for a name waits for that name, and one that fails for many names waits for all of
/// them: after some failures each further one doubles the wait. Failures from elsewhere refuse no network: a name that many networks
/// guess at is verified more slowly, for networks from which it has not logged in before. A network from which a name has logged in is
/// refused only for its own failures at that name. An attempt counts as failed until it has succeeded, so parallel attempts gain
/// nothing. Every front end counts separately, which multiplies the possible guesses by the number of front ends, not more.
/// </summary>
public sealed class LoginThrottle(TimeProvider time)
{
    /// <summary>Failures at one name, from everywhere, before its verification slows down.</summary>
    private const int FreeOfName = 100;

    /// <summary>Attempts that may wait to be verified at a time: each of them holds a turn of the product.</summary>
    private const int MostWaiting = 32;

    private const int MostKnown = 50_000;

    private static readonly TimeSpan PauseStep = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Backoff _pairs = new(time, free: 10);

    // Many users can share a network; an attack with a password list against many names comes from few networks.
    private readonly Backoff _networks = new(time, free: 200);

    private readonly Backoff _names = new(time, free: int.MaxValue);
    private readonly ConcurrentDictionary<(string User, string Network), long> _known = new();
    private int _waiting;

    /// <summary>Counts an attempt, and holds it up where the name is being guessed at.</summary>
    public async Task<LoginAttempt> BeginAsync(string userId, IPAddress? address, CancellationToken cancellationToken)
    {
        var attempt = new LoginAttempt(userId, NetworkOf.Client(address), _known.ContainsKey((userId, NetworkOf.Client(address))));
        if ((attempt.IsKnown ? null : _networks.Begin(attempt.Network)) is { } all)
        {
            return attempt with { Wait = all };
        }

        if (_pairs.Begin(attempt.Pair) is { } wait)
        {
            return attempt with { Wait = wait };
        }

        _names.Begin(userId);
        var pause = attempt.IsKnown ? TimeSpan.Zero : PauseAfter(_names.CountOf(userId) - FreeOfName);
        if (pause > TimeSpan.Zero && !await PauseAsync(pause, cancellationToken))
        {
            TakeBack(attempt);
            return attempt with { Wait = pause };
        }

        return attempt;
    }

    /// <summary>Uncounts an attempt whose password was not looked at.</summary>
    public void TakeBack(LoginAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        _pairs.TakeBack(attempt.Pair);
        _names.TakeBack(attempt.UserId);
        if (!attempt.IsKnown)
        {
            _networks.TakeBack(attempt.Network);
        }
    }

    /// <summary>Uncounts the attempt, because the password was correct, and remembers where it came from.</summary>
    public void Succeeded(LoginAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        TakeBack(attempt);
        _pairs.Forget(attempt.Pair);
        if (_known.Count >= MostKnown)
        {
            foreach (var (oldest, _) in _known.OrderBy(entry => entry.Value).Take(MostKnown / 10))
            {
                _known.TryRemove(oldest, out _);
            }
        }

        _known[(attempt.UserId, attempt.Network)] = time.GetTimestamp();
    }

    private static TimeSpan PauseAfter(int excess) =>
        excess <= 0 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, excess * PauseStep.Ticks));

    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        try
        {
            await Task.Delay(pause, time, cancellationToken);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}

/// <summary>An attempt to log in.</summary>
/// <param name="UserId">The user of the name that was given.</param>
/// <param name="Network">Where it came from.</param>
/// <param name="IsKnown">Whether the user has logged in from there before.</param>
/// <param name="Wait">The time to wait; null if the attempt may proceed.</param>
public sealed record LoginAttempt(string UserId, string Network, bool IsKnown, TimeSpan? Wait = null)
{
    internal string Pair => $"{UserId} {Network}";
}
