using System.Security.Cryptography;
using System.Text;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Grains.Interfaces.Payments;

/// <summary>
/// Ids of payments and refunds: the hash of an order and an idempotency key, in the characters of an <see cref="OrderId"/>. A
/// repeated request finds what the first one has made.
/// </summary>
public static class PaymentId
{
    /// <summary>The id of the payment of an order under an idempotency key.</summary>
    public static string From(string orderId, string idempotencyKey) => Hash("payment", orderId, idempotencyKey);

    /// <summary>The id of the refund of an order under an idempotency key.</summary>
    public static string OfRefund(string orderId, string idempotencyKey) => Hash("refund", orderId, idempotencyKey);

    private static string Hash(string kind, string orderId, string idempotencyKey)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{orderId}\n{idempotencyKey}"), hash);
        return OrderId.Encode(hash[..16]);
    }
}
