using System.Security.Cryptography;
using System.Text.Json;
using Granary.Api.Http;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Api.Orders;

/// <summary>
/// What two requests under one idempotency key must have in common to be the same request: all of the normalised order. The
/// timestamp is not part of it, because a client that retries may well send a fresh one.
/// </summary>
public sealed record FingerprintSource(string UserId, IReadOnlyList<RequestedLine> Lines, Address? ShippingAddress, string? Note)
{
    /// <summary>SHA-256 in hexadecimal, over a form that does not depend on how the body was written.</summary>
    public string Hash()
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(this, ApiJson.Options.GetTypeInfo(typeof(FingerprintSource)));
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
