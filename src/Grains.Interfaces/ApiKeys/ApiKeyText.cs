using System.Security.Cryptography;
using System.Text;

namespace Granary.Grains.Interfaces.ApiKeys;

/// <summary>
/// The text of an API key, <c>gk_&lt;16 characters&gt;_&lt;40 characters&gt;</c>. The first part names the key and is no secret; the second has 206 bits
/// of chance, so that one round of SHA-256 hides it as well as a slow hash would.
/// </summary>
public static class ApiKeyText
{
    /// <summary>The key of <see cref="IApiKeysGrain"/>.</summary>
    public const string Ring = "shop";

    /// <summary>How the text of every key begins; no JSON Web Token does.</summary>
    public const string Prefix = "gk_";

    private const string IdPrefix = "key_";
    private const int NameLength = 16;
    private const int SecretLength = 40;
    private const string Characters = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Makes a new key.</summary>
    /// <returns>Its id and its text.</returns>
    public static (string Id, string Text) Generate()
    {
        var name = RandomNumberGenerator.GetString(Characters, NameLength);
        return (IdPrefix + name, $"{Prefix}{name}_{RandomNumberGenerator.GetString(Characters, SecretLength)}");
    }

    /// <summary>The id of the key with this text; null if no key has such a text.</summary>
    public static string? IdOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == Prefix.Length + NameLength + 1 + SecretLength
            && text.StartsWith(Prefix, StringComparison.Ordinal) && text[Prefix.Length + NameLength] == '_'
                ? string.Concat(IdPrefix, text.AsSpan(Prefix.Length, NameLength))
                : null;
    }

    /// <summary>How the text of the key with this id begins, for people to recognise it.</summary>
    public static string PrefixOf(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Prefix + id[IdPrefix.Length..];
    }

    /// <summary>Whether the text could be the id of a key.</summary>
    public static bool IsId(string? id) =>
        id is not null && id.Length == IdPrefix.Length + NameLength && id.StartsWith(IdPrefix, StringComparison.Ordinal);

    /// <summary>The hash of a key's text: SHA-256, in base 64.</summary>
    public static string HashOf(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
