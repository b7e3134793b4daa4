using System.CommandLine;
using Granary.Hosting.Settings;

namespace Granary.Commands.Grammar;

/// <summary>Says what is wrong with a command line, and what may have been meant.</summary>
internal static class Misuse
{
    /// <summary>What is wrong, or null.</summary>
    public static string? Of(ParseResult parsed) =>
        OfWords(parsed) ?? (parsed.Errors is [var first, ..] ? first.Message : null);

    private static string? OfWords(ParseResult parsed)
    {
        var words = parsed.UnmatchedTokens;
        for (var i = 0; i < words.Count; i++)
        {
            if (!CommandSettings.IsSetting(words[i], out var takesNext))
            {
                return Unknown(words[i], parsed.CommandResult.Command);
            }

            if (takesNext && ++i == words.Count)
            {
                return $"{words[i - 1]} is without its value.";
            }
        }

        return null;
    }

    private static string Unknown(string word, Command command)
    {
        if (word.StartsWith('-'))
        {
            var name = word.Split('=')[0];
            var options = Lineage(command).SelectMany(level => level.Options).Where(option => !option.Hidden).Select(option => option.Name);
            return name.Contains(':', StringComparison.Ordinal)
                ? $"There is no setting {name}.{NearestName.Suggestion(name, CommandSettings.Names)}"
                : $"'{command.Path()}' has no option {name}.{NearestName.Suggestion(name, [.. options, .. CommandSettings.Names])}";
        }

        return command.Subcommands.Count == 0
            ? $"'{command.Path()}' takes no further argument '{word}'."
            : $"There is no command '{command.Path()} {word}'.{NearestName.Suggestion(word, command.Subcommands.Select(below => below.Name))}";
    }

    private static IEnumerable<Command> Lineage(Command command) =>
        command.Parents.OfType<Command>().SelectMany(Lineage).Prepend(command);
}
