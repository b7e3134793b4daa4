using System.Net;

namespace Granary.Api.Auth;

/// <summary>
/// Slows the guessing of passwords, per user name and per address: after some failures in a row each further one doubles the
/// wait. An attempt counts as failed until it has succeeded, so that attempts side by side gain nothing. Every front end
/// counts for itself, which multiplies the guesses by their number, not more.
/// </summary>
public sealed class LoginThrottle(TimeProvider time)
{
    private readonly Backoff _names = new(time, free: 10);

    // Many people can share an address; a password list against many names comes from few.
    private readonly Backoff _addresses = new(time, free: 200);

    /// <summary>Counts an attempt.</summary>
    /// <returns>Null when it may go on; otherwise the time to wait.</returns>
    public TimeSpan? Begin(string userId, IPAddress? address) =>
        _addresses.Begin(KeyOf(address)) ?? _names.Begin(userId);

    /// <summary>Takes the attempt back: the password was right.</summary>
    public void Succeeded(string userId, IPAddress? address)
    {
        _names.Forget(userId);
        _addresses.TakeBack(KeyOf(address));
    }

    private static string KeyOf(IPAddress? address) => Traffic.NetworkOf.Client(address);
}
