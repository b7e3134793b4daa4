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

    /// <summary>Creates a cursor of a list that is sorted by time, and by a key where times are equal.</summary>
    public static string CursorAfter(DateTimeOffset at, string key) => CursorAfter(string.Create(CultureInfo.InvariantCulture, $"{at.UtcTicks}.{key}"));

    /// <summary>The time and key after which a page of such a list begins, or null for the first page.</summary>
    /// <param name="isKey">Whether a text could be a key of this list.</param>
    public static (DateTimeOffset At, string Key)? PlaceOf(string? cursor, Predicate<string> isKey, Validation validation) =>
        PlaceOf(KeyOf(cursor, text => PlaceOf(text, isKey) is not null, validation), isKey);

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

    private static (DateTimeOffset At, string Key)? PlaceOf(string? text, Predicate<string> isKey) =>
        text?.Split('.') is [var time, var key]
            && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            && ticks <= DateTimeOffset.MaxValue.UtcTicks
            && isKey(key)
                ? (new DateTimeOffset(ticks, TimeSpan.Zero), key)
                : null;
}
