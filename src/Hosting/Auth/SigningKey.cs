using System.Buffers.Text;
using System.Security.Cryptography;

namespace Granary.Hosting.Auth;

/// <summary>One secret that tokens are signed with.</summary>
/// <param name="Id">The <c>kid</c> of the tokens it signs (RFC 7515, section 4.1.4).</param>
/// <param name="Secret">Random bytes.</param>
/// <param name="CreatedAt">When it was generated; its successor retires it.</param>
public sealed record SigningKey(string Id, byte[] Secret, DateTimeOffset CreatedAt)
{
    /// <summary>Bytes of a generated secret: the length that HS256 can use (RFC 7518, section 3.2).</summary>
    public const int SecretBytes = 32;

    private const int IdBytes = 9;

    /// <summary>Keys are equal if their ids are equal, because an id identifies the secret.</summary>
    public bool Equals(SigningKey? other) => other?.Id == Id;

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);

    /// <summary>A new key.</summary>
    public static SigningKey Generate(DateTimeOffset now) => From(RandomNumberGenerator.GetBytes(SecretBytes), now);

    /// <summary>
    /// The key of a given secret. Its id is derived, so every process that knows the secret derives the same id.
    /// </summary>
    public static SigningKey From(byte[] secret, DateTimeOffset createdAt) =>
        new(Base64Url.EncodeToString(SHA256.HashData(secret).AsSpan(0, IdBytes)), secret, createdAt);
}
