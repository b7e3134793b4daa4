using System.CommandLine;
using System.Globalization;

namespace Granary.Commands.Grammar;

/// <summary>Options that several commands have, with messages for an operator.</summary>
internal static class CommandOptions
{
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

    /// <summary>A consumer of the streams.</summary>
    public static Option<string> Consumer(string description) => new("--consumer") { Description = description, HelpName = "NAME" };
}
