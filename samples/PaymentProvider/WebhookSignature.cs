using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Granary.PaymentProvider;

/// <summary>The header <c>Provider-Signature: t=UNIX,v1=HEX</c>: HMAC-SHA256 over <c>UNIX.BODY</c>, with the raw bytes of the body.</summary>
public static class WebhookSignature
{
    /// <summary>The header's name.</summary>
    public const string Header = "Provider-Signature";

    /// <summary>The header's value.</summary>
    public static string Of(string secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes(timestamp), (byte)'.', .. body];
        return $"t={timestamp},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}";
    }
}
