using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ADRaffy.ENSNormalize;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;
using Microsoft.AspNetCore.Identity;

namespace Granary.Api.Auth;

/// <summary>
/// Hashes and verifies passwords with ASP.NET Core Identity's hasher (PBKDF2-HMAC-SHA-512, 210,000 rounds, as OWASP's Password Storage
/// Cheat Sheet advises: about 100 ms of a core; a hash of fewer rounds, as release 0.1.0 made them, is replaced at the next
/// login), one at a time (<see cref="HashingTurns"/>). A password is hashed in Unicode's composed form (NFC; RFC 8265, section 4.2), because the same
/// letters leave different keyboards in different forms. The runtime's own normalization does nothing without ICU.
/// </summary>
public sealed class Passwords
{
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

    private readonly PasswordHasher<User> _hasher;
    private readonly int _rounds;
    private readonly HashingTurns _turns = new();
    private readonly Lazy<string> _dummy;

    /// <param name="options">How the hasher works: <see cref="PasswordHashing.HasherOptions"/>.</param>
    public Passwords(PasswordHasherOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _hasher = PasswordHashing.Create<User>(options);
        _rounds = options.IterationCount;
        _dummy = new Lazy<string>(() => _hasher.HashPassword(UnusedUser, Guid.NewGuid().ToString()));
    }

    /// <summary>The hash of a password, salted and self-describing.</summary>
    /// <exception cref="OverloadedException">Too many passwords wait to be hashed.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        HashAsync(HashingPurpose.NewPassword, password, cancellationToken);

    /// <summary>The same for a password whose hash was found to be of an earlier form at a login: it waits among the logins.</summary>
    /// <exception cref="OverloadedException">Too many passwords wait to be verified.</exception>
    public Task<string> RehashAsync(string password, CancellationToken cancellationToken) =>
        HashAsync(HashingPurpose.Login, password, cancellationToken);

    /// <summary>
    /// Whether the password matches the hash. Without a hash (an unknown user, or a user of an external issuer), it does the same
    /// work and returns a failure.
    /// </summary>
    /// <exception cref="OverloadedException">Too many passwords wait to be verified.</exception>
    public async Task<PasswordVerificationResult> VerifyAsync(
        string? hash, string password, CancellationToken cancellationToken)
    {
        var absent = string.IsNullOrEmpty(hash);
        var result = await _turns.RunAsync(
            HashingPurpose.Login,
            () =>
            {
                var verified = Verify(absent ? _dummy.Value : hash!, password);
                if (verified == PasswordVerificationResult.Failed)
                {
                    WorkOff(absent ? _rounds : RoundsOf(hash!), password);
                }

                return verified;
            },
            cancellationToken);
        return absent ? PasswordVerificationResult.Failed : result;
    }

    private Task<string> HashAsync(HashingPurpose purpose, string password, CancellationToken cancellationToken) =>
        _turns.RunAsync(purpose, () => _hasher.HashPassword(UnusedUser, Composed(password)), cancellationToken);

    /// <summary>The forms in which a password may have been hashed: composed, and by release 0.1.0 as typed and decomposed.</summary>
    private static List<string> FormsOf(string password) => Ascii.IsValid(password)
        ? [password]
        : [.. new[] { Composed(password), password, ENSNormalize.NF.NFD(password) }.Distinct(StringComparer.Ordinal)];

    /// <summary>Does the rounds that an earlier release's hash lacks, so that the time does not tell such a user from an unknown one.</summary>
    private void WorkOff(int done, string password)
    {
        for (var form = 0; done < _rounds && form < FormsOf(password).Count; form++)
        {
            Rfc2898DeriveBytes.Pbkdf2(password, new byte[16], _rounds - done, HashAlgorithmName.SHA512, outputLength: 32);
        }
    }

    /// <summary>The rounds of a hash in the hasher's format 3: a byte for the format, four for the function, four for the rounds.</summary>
    private int RoundsOf(string hash)
    {
        var bytes = new byte[hash.Length];
        return Convert.TryFromBase64String(hash, bytes, out var length) && length > 9 && bytes[0] == 1
            ? BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(5))
            : _rounds;
    }

    private static string Composed(string password) => Ascii.IsValid(password) ? password : ENSNormalize.NF.NFC(password);

    /// <summary>
    /// Verifies the composed form, then those that hashes of release 0.1.0 may have been made of: as typed, and decomposed. How many
    /// there are depends on the typed password alone, so the time does not tell whether the user exists.
    /// </summary>
    private PasswordVerificationResult Verify(string hash, string password)
    {
        var composed = Composed(password);
        var result = _hasher.VerifyHashedPassword(UnusedUser, hash, composed);
        if (result != PasswordVerificationResult.Failed || Ascii.IsValid(password))
        {
            return result;
        }

        return FormsOf(password).Skip(1)
            .Any(form => _hasher.VerifyHashedPassword(UnusedUser, hash, form) != PasswordVerificationResult.Failed)
                ? PasswordVerificationResult.SuccessRehashNeeded
                : PasswordVerificationResult.Failed;
    }
}
