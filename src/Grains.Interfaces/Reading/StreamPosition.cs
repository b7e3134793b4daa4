using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Granary.Grains.Interfaces.Reading;

/// <summary>What a caller can write to and name a position of.</summary>
public enum PositionKind
{
    Order,
    Stock,
    Payment,
    User,
}

/// <summary>
/// Where a write stands: what it changed, and the version that it made of it. It needs no number that all writes share, so the answer to a
/// write costs nothing more to make, and it means the same on every server and in every database that holds the events.
/// </summary>
/// <param name="Kind">What was changed.</param>
/// <param name="Key">Its id or SKU.</param>
/// <param name="Version">Its version after the write, at least 1.</param>
public readonly record struct StreamPosition(PositionKind Kind, string Key, long Version)
{
    private const int LongestKey = 100;

    /// <summary>Reads the text of a position.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out StreamPosition position)
    {
        position = default;
        if (text is null)
        {
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var at = text.LastIndexOf('@');
        if (slash < 0 || at < slash
            || Words.Find<PositionKind>(text[..slash]) is not { } kind
            || text[(slash + 1)..at] is not { Length: > 0 and <= LongestKey } key || !key.All(IsOfKey)
            || !long.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version == 0)
        {
            return false;
        }

        position = new StreamPosition(kind, key, version);
        return true;
    }

    /// <summary>The text that callers get and send.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Words.Of(Kind)}/{Key}@{Version}");

    private static bool IsOfKey(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-';
}
