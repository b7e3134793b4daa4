using System.CommandLine;

namespace Granary.Commands.Grammar;

/// <summary>Says what is wrong with a command line, and what may have been meant.</summary>
internal static class Misuse
{
    private const int MostMistakes = 3;

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
                ? $"There is no setting {name}.{Suggestion(name, CommandSettings.Names)}"
                : $"'{command.Path()}' has no option {name}.{Suggestion(name, [.. options, .. CommandSettings.Names])}";
        }

        return command.Subcommands.Count == 0
            ? $"'{command.Path()}' takes no further argument '{word}'."
            : $"There is no command '{command.Path()} {word}'.{Suggestion(word, command.Subcommands.Select(below => below.Name))}";
    }

    private static IEnumerable<Command> Lineage(Command command) =>
        command.Parents.OfType<Command>().SelectMany(Lineage).Prepend(command);

    private static string Suggestion(string word, IEnumerable<string> known)
    {
        var nearest = known.Select(name => (Name: name, Mistakes: Mistakes(word.ToUpperInvariant(), name.ToUpperInvariant()))).MinBy(pair => pair.Mistakes);
        return nearest.Name is not null && nearest.Mistakes <= Math.Min(MostMistakes, word.Length / 2) ? $" Did you mean {nearest.Name}?" : "";
    }

    /// <summary>Letters to insert, to delete or to replace until one word is the other (the distance of Levenshtein).</summary>
    private static int Mistakes(string typed, string meant)
    {
        var row = Enumerable.Range(0, meant.Length + 1).ToArray();
        for (var i = 1; i <= typed.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= meant.Length; j++)
            {
                var replaced = diagonal + (typed[i - 1] == meant[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
