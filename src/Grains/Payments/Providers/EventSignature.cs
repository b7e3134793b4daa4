using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Granary.Grains.Payments.Providers;

/// <summary>
/// The signature of a provider's event, <c>t=UNIX,v1=HEX</c>: HMAC-SHA256 under the shared secret over <c>UNIX.BODY</c>, with the raw
/// bytes of the body. A header may hold several <c>v1</c> while the secret is being replaced.
/// </summary>
internal static class EventSignature
{
    /// <summary>How far the time of the signature may be off, in either direction.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>The value of the header.</summary>
    public static string Of(string secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={timestamp},v1={Convert.ToHexStringLower(Hash(secret, timestamp, body))}";
    }

    /// <summary>Whether the header is this secret's signature of the body, and not too old.</summary>
    public static bool Holds(string? header, string secret, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (header is null || header.Length > 1_000)
        {
            return false;
        }

        string? timestamp = null;
        var signatures = new List<byte[]>();
        foreach (var part in header.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal))
            {
                timestamp = part[2..];
            }
            else if (part.StartsWith("v1=", StringComparison.Ordinal))
            {
                var signature = new byte[SHA256.HashSizeInBytes];
                if (Convert.FromHexString(part.AsSpan(3), signature, out _, out var length) == OperationStatus.Done && length == signature.Length)
                {
                    signatures.Add(signature);
                }
            }
        }

        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > (long)Tolerance.TotalSeconds)
        {
            return false;
        }

        var expected = Hash(secret, timestamp, body);
        return signatures.Any(signature => CryptographicOperations.FixedTimeEquals(signature, expected));
    }

    private static byte[] Hash(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(timestamp), (byte)'.', .. body];
        return HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed);
    }
}
