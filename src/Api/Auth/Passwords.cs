using Granary.Api.Traffic;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Identity;

namespace Granary.Api.Auth;

/// <summary>
/// Hashes and verifies passwords with ASP.NET Core Identity's hasher (PBKDF2-HMAC-SHA-512, 100,000 rounds: about 50 ms of a
/// core). At most half of the cores hash at a time, and a bounded number of requests waits, so a storm of logins or registrations
/// leaves the other half to the orders.
/// </summary>
public sealed class Passwords : IDisposable
{
    private const int MostWaiting = 64;

    // The hasher's interface requires a user, which the hash format does not use.
    private static readonly User UnusedUser = new()
    {
        Id = "",
        UserName = "",
        Roles = [],
        Status = UserStatus.None,
        Wallet = new Wallet(0, 0, 0, 0, 0),
        Version = 0,
    };

    private readonly PasswordHasher<User> _hasher = new();
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly Lazy<string> _dummy;
    private int _waiting;

    public Passwords() => _dummy = new Lazy<string>(() => _hasher.HashPassword(UnusedUser, Guid.NewGuid().ToString()));

    /// <summary>The hash of a password, salted and self-describing.</summary>
    /// <exception cref="OverloadedException">Too many passwords wait to be hashed.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        OnSpareCore(() => _hasher.HashPassword(UnusedUser, password), cancellationToken);

    /// <summary>
    /// Whether the password matches the hash. Without a hash (an unknown user, or a user of an external issuer), it does the same
    /// work and returns a failure.
    /// </summary>
    /// <exception cref="OverloadedException">Too many passwords wait to be verified.</exception>
    public async Task<PasswordVerificationResult> VerifyAsync(
        string? hash, string password, CancellationToken cancellationToken)
    {
        var absent = string.IsNullOrEmpty(hash);
        var result = await OnSpareCore(
            () => _hasher.VerifyHashedPassword(UnusedUser, absent ? _dummy.Value : hash!, password), cancellationToken);
        return absent ? PasswordVerificationResult.Failed : result;
    }

    /// <inheritdoc/>
    public void Dispose() => _cores.Dispose();

    private async Task<T> OnSpareCore<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new OverloadedException();
        }

        try
        {
            await _cores.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            return await Task.Run(work, cancellationToken);
        }
        finally
        {
            _cores.Release();
        }
    }
}
