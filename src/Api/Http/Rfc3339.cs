using System.Globalization;
using System.Text.RegularExpressions;

namespace Granary.Api.Http;

/// <summary>
/// Times in requests (RFC 3339, section 5.6): a date, a time with any fraction and an offset, without which it would be ambiguous.
/// </summary>
public static partial class Rfc3339
{
    /// <summary>Digits of a fraction that a time here can hold: 100 ns.</summary>
    private const int MostDigits = 7;

    /// <summary>
    /// Reads a time. Digits beyond 100 ns are cut off. A leap second is read as the last moment of its minute, because the clocks of
    /// computers do not have it.
    /// </summary>
    /// <returns>The time; null if the text is not one.</returns>
    public static DateTimeOffset? Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var isLeap = match.Groups["second"].Value == "60";
        var fraction = isLeap ? new string('9', MostDigits) : match.Groups["fraction"].Value;
        var second = isLeap ? "59" : match.Groups["second"].Value;
        var digits = fraction.PadRight(MostDigits, '0')[..MostDigits];
        var plain = $"{match.Groups["date"]}T{match.Groups["minute"]}:{second}.{digits}{match.Groups["offset"].Value.ToUpperInvariant()}";
        return DateTimeOffset.TryParseExact(
            plain, "yyyy-MM-dd'T'HH:mm:ss.fffffffK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
    }

    /// <summary>Reads a time of a query; null where there is none, or an error was added.</summary>
    public static DateTimeOffset? Time(string field, string? text, Validation validation)
    {
        if (text is null)
        {
            return null;
        }

        var time = Parse(text);
        validation.Require(time is not null, field, "is not an RFC 3339 time such as 2026-01-31T12:00:00Z");
        return time;
    }

    [GeneratedRegex(
        @"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<minute>[0-9]{2}:[0-9]{2}):(?<second>[0-9]{2})(\.(?<fraction>[0-9]+))?(?<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Form();
}
