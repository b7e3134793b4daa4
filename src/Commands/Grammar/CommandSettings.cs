using System.CommandLine;
using Granary.Hosting.Settings;

namespace Granary.Commands.Grammar;

/// <summary>Settings of the product on the command line of any command.</summary>
internal static class CommandSettings
{
    // Keys of the host itself, which have no section.
    private static readonly string[] HostKeys =
        ["environment", "contentRoot", "applicationName", "webRoot", "AllowedHosts", "shutdownTimeoutSeconds"];

    // Sections whose keys are all known; a key of any other belongs to a framework.
    private static readonly string[] OwnSections = ["Granary:", "ConnectionStrings:"];

    /// <summary>The keys that have an option, each as it is typed.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. SettingKeys.All.Select(key => "--" + key.Name), .. SettingKeys.All.Where(key => key.IsSecret).Select(key => "--" + key.Name + SettingsReader.FileSuffix), .. HostKeys.Select(key => "--" + key)];

    /// <summary>Adds an option for every key, so that a value is never taken for an argument of a command.</summary>
    public static void AddTo(Command root)
    {
        foreach (var name in Names)
        {
            root.Add(new Option<string[]>(name) { Hidden = true, Recursive = true, Arity = ArgumentArity.OneOrMore });
        }
    }

    /// <summary>The settings of a command line, as arguments of a host.</summary>
    public static string[] ArgumentsOf(ParseResult parsed) =>
    [
        .. Names.SelectMany(name => (parsed.GetValue<string[]>(name) ?? []).Select(value => $"{name}={value}")),
        .. parsed.UnmatchedTokens,
    ];

    /// <summary>The settings that the product would have if it were started with the command's settings.</summary>
    public static SettingsReader Of(ParseResult parsed) => new(WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = ArgumentsOf(parsed),
        ContentRootPath = AppContext.BaseDirectory,
    }).Configuration);

    /// <summary>Whether a word sets a key: <c>--KEY</c>, <c>--KEY=VALUE</c>, <c>/KEY</c> or <c>KEY=VALUE</c>.</summary>
    /// <param name="takesNext">Whether its value is the next word.</param>
    public static bool IsSetting(string word, out bool takesNext)
    {
        var end = word.IndexOf('=', StringComparison.Ordinal);
        var start = word.StartsWith("--", StringComparison.Ordinal) ? 2 : word.StartsWith('/') ? 1 : 0;
        takesNext = end < 0;
        return (start > 0 || !takesNext) && IsKey(takesNext ? word[start..] : word[start..end]);
    }

    private static bool IsKey(string key) =>
        Names.Contains("--" + key, StringComparer.OrdinalIgnoreCase)
        || SettingKeys.All.Any(list => list.IsList && key.StartsWith(list.Name + ":", StringComparison.OrdinalIgnoreCase))
        || key.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase)
        || (key.Contains(':', StringComparison.Ordinal) && !OwnSections.Any(section => key.StartsWith(section, StringComparison.OrdinalIgnoreCase)));
}
