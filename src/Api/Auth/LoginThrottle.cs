using System.Net;

namespace Granary.Api.Auth;

/// <summary>
/// Slows down password guessing, per user name and per address: after some consecutive failures each further one doubles the
/// wait. An attempt counts as failed until it has succeeded, so parallel attempts gain nothing. Every front end counts
/// separately, which multiplies the possible guesses by the number of front ends, not more.
/// </summary>
public sealed class LoginThrottle(TimeProvider time)
{
    private readonly Backoff _names = new(time, free: 10);

    // Many users can share an address; an attack with a password list against many names comes from few addresses.
    private readonly Backoff _addresses = new(time, free: 200);

    /// <summary>Counts an attempt.</summary>
    /// <returns>Null if it may proceed; otherwise the time to wait.</returns>
    public TimeSpan? Begin(string userId, IPAddress? address) =>
        _addresses.Begin(KeyOf(address)) ?? _names.Begin(userId);

    /// <summary>Uncounts the attempt, because the password was correct.</summary>
    public void Succeeded(string userId, IPAddress? address)
    {
        _names.Forget(userId);
        _addresses.TakeBack(KeyOf(address));
    }

    private static string KeyOf(IPAddress? address) => Traffic.NetworkOf.Client(address);
}
