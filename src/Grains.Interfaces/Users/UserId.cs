using System.Security.Cryptography;
using System.Text;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Grains.Interfaces.Users;

/// <summary>
/// User ids are derived from the user name. So the user's own grain guards the uniqueness of the name, and a login finds its user
/// without an index. Names are case-insensitive. They are ASCII, so that no two names look alike; other spellings go into the
/// display name.
/// </summary>
public static class UserId
{
    /// <summary>The actor when no user acts: deadlines, check-backs, the first start.</summary>
    public const string System = "system";

    private const string Prefix = "u-";

    /// <summary>The id of the user with this name.</summary>
    public static string From(string userName)
    {
        ArgumentException.ThrowIfNullOrEmpty(userName);
        var name = userName.ToLowerInvariant();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return Prefix + OrderId.Encode(hash[..16]);
    }

    /// <summary>Whether the text can be a user name: 3 to 64 ASCII letters, digits and <c>. _ - @ +</c>.</summary>
    public static bool IsValidName(string? name) =>
        name is { Length: >= 3 and <= 64 } && name.All(c => char.IsAsciiLetterOrDigit(c) || "._-@+".Contains(c, StringComparison.Ordinal));

    /// <summary>Whether the text could be a user id.</summary>
    public static bool IsValid(string? text) =>
        text is not null && text.StartsWith(Prefix, StringComparison.Ordinal) && OrderId.IsValid(text[Prefix.Length..]);
}
