using System.CommandLine;
using System.Globalization;

namespace Granary.Commands.Grammar;

/// <summary>Options that several commands have, with messages for an operator.</summary>
internal static class CommandOptions
{
    private static readonly string[] TimeFormats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>A position of the journal.</summary>
    public static Option<long?> Position(string name, string description, string helpName = "N") => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = argument =>
        {
            var text = argument.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
            {
                return position;
            }

            argument.AddError($"{name} is '{text}'; it takes a position of the journal, a whole number.");
            return null;
        },
    };

    /// <summary>A time: a day, which begins at midnight UTC, or RFC 3339.</summary>
    public static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = argument =>
        {
            var text = argument.Tokens[0].Value;
            if (ReadTime(text) is { } time)
            {
                return time;
            }

            argument.AddError($"{name} is '{text}'; it takes a day such as 2026-01-31 or a time such as 2026-01-31T08:00:00Z.");
            return null;
        },
    };

    /// <summary>The time that a value of such an option is, in UTC, or null.</summary>
    public static DateTimeOffset? ReadTime(string text) =>
        DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : null;

    /// <summary>A consumer of the streams.</summary>
    public static Option<string> Consumer(string description) => new("--consumer") { Description = description, HelpName = "NAME" };
}
