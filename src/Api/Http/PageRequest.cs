using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Granary.Api.Http;

/// <summary>Reads the query parameters of a paged list.</summary>
public static class PageRequest
{
    /// <summary>Default number of entries per page.</summary>
    public const int DefaultLimit = 20;

    /// <summary>Maximum number of entries per page.</summary>
    public const int MostLimit = 100;

    /// <summary>Reads <c>limit</c>.</summary>
    public static int Limit(string? text, Validation validation)
    {
        if (text is null)
        {
            return DefaultLimit;
        }

        var isLimit = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit);
        validation.Require(isLimit && limit is >= 1 and <= MostLimit, "limit", $"must be from 1 to {MostLimit}");
        return limit;
    }

    /// <summary>Creates a cursor: the key of the last entry, opaque so that clients do not build cursors themselves.</summary>
    public static string CursorAfter(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    /// <summary>The key after which a page begins, or null for the first page.</summary>
    /// <param name="isKey">Whether a text could be a key of this list.</param>
    public static string? KeyOf(string? cursor, Predicate<string> isKey, Validation validation)
    {
        if (cursor is null)
        {
            return null;
        }

        var key = Base64Url.IsValid(cursor) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)) : null;
        validation.Require(key is not null && isKey(key), "cursor", "is not a cursor of this list");
        return key;
    }
}
