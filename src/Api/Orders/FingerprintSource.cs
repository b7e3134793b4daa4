using System.Security.Cryptography;
using System.Text.Json;
using Granary.Api.Http;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Api.Orders;

/// <summary>
/// The values that two requests under one idempotency key must share to count as the same request: the whole normalised order.
/// The timestamp is not included, because a client that retries may send a new one.
/// </summary>
/// <remarks>A member that is null is not written, so an order without it keeps the hash that earlier releases gave it.</remarks>
public sealed record FingerprintSource(
    string UserId,
    IReadOnlyList<RequestedLine> Lines,
    Address? ShippingAddress,
    string? Note,
    string? ExternalReference = null,
    IReadOnlyDictionary<string, string>? Metadata = null,
    string? PaymentMethod = null)
{
    /// <summary>SHA-256 in hexadecimal, over a form that does not depend on the formatting of the body.</summary>
    public string Hash()
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(this, ApiJson.Options.GetTypeInfo(typeof(FingerprintSource)));
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
