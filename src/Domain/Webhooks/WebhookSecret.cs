using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Granary.Domain.Webhooks;

/// <summary>
/// The secret that a webhook and its receiver share, and what it signs: HMAC-SHA256 of <c>id.timestamp.body</c>, as Standard
/// Webhooks 1.0.0 says (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
/// </summary>
public static class WebhookSecret
{
    private const string Prefix = "whsec_";

    /// <summary>Number of random bytes in a secret.</summary>
    public const int Length = 32;

    /// <summary>The secret of these random bytes: <c>whsec_</c> and the bytes in base64.</summary>
    public static string Of(ReadOnlySpan<byte> random) => Prefix + Convert.ToBase64String(random);

    /// <summary>How long a secret still signs after a new one has replaced it, so that the receiver can change without a gap.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    /// <summary>The signature of a message, as the header <c>webhook-signature</c> carries it.</summary>
    /// <param name="secret">The secret with its prefix.</param>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>: seconds since 1970.</param>
    /// <param name="body">The body as it is sent.</param>
    /// <exception cref="FormatException">The secret is not base64.</exception>
    public static string Sign(string secret, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(secret);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromBase64String(secret[Prefix.Length..]));
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }
}
