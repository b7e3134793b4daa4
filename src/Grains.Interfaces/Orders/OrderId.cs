using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Granary.Grains.Interfaces.Orders;

/// <summary>
/// Order ids: 128 bits as 26 characters of Crockford's base32, in lower case. A new id is a ULID (https://github.com/ulid/spec):
/// it starts with the time, so ids of the same moment are adjacent in an index. An id under an idempotency key is a hash, so a
/// repeated request finds the same order.
/// </summary>
public static class OrderId
{
    /// <summary>Characters of an id.</summary>
    public const int Length = 26;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private static readonly SearchValues<char> Digits = SearchValues.Create(Alphabet);

    /// <summary>A new id for an order without an idempotency key.</summary>
    public static string New(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[6..]);
        var milliseconds = now.ToUnixTimeMilliseconds();
        for (var i = 5; i >= 0; i--)
        {
            bytes[i] = (byte)milliseconds;
            milliseconds >>= 8;
        }

        return Encode(bytes);
    }

    /// <summary>The id of the order that a caller places under an idempotency key.</summary>
    public static string From(string userId, string idempotencyKey)
    {
        var text = $"{userId}\n{idempotencyKey}";
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return Encode(hash[..16]);
    }

    /// <summary>Whether the text could be an order id.</summary>
    public static bool IsValid(string? text) => text is { Length: Length } && !text.AsSpan().ContainsAnyExcept(Digits);

    internal static string Encode(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return string.Create(Length, value, static (chars, rest) =>
        {
            for (var i = chars.Length - 1; i >= 0; i--)
            {
                chars[i] = Alphabet[(int)(rest & 31)];
                rest >>= 5;
            }
        });
    }
}
