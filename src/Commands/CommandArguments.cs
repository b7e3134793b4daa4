namespace Granary.Commands;

/// <summary>
/// The arguments of a command: options such as <c>--consumer NAME</c>, flags such as <c>--all</c>, and settings of the product
/// such as <c>--Granary:DataDirectory=/data</c>.
/// </summary>
internal sealed class CommandArguments
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    /// <summary>The settings, for the configuration.</summary>
    public List<string> Settings { get; } = [];

    /// <summary>The first argument that nobody understands, or null.</summary>
    public string? Unknown { get; private set; }

    /// <summary>Sorts arguments.</summary>
    /// <param name="options">The names that take a value.</param>
    /// <param name="flags">The names that take none.</param>
    public static CommandArguments Parse(IReadOnlyList<string> arguments, string[] options, string[] flags)
    {
        var parsed = new CommandArguments();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (options.Contains(argument) && i + 1 < arguments.Count)
            {
                parsed._options[argument] = arguments[++i];
            }
            else if (flags.Contains(argument))
            {
                parsed._options[argument] = "";
            }
            else if (argument.StartsWith("--", StringComparison.Ordinal) && argument.Contains('=', StringComparison.Ordinal))
            {
                parsed.Settings.Add(argument);
            }
            else
            {
                parsed.Unknown ??= argument;
            }
        }

        return parsed;
    }

    /// <summary>The value of an option, "" for a flag, null when it was not given.</summary>
    public string? this[string name] => _options.GetValueOrDefault(name);
}
