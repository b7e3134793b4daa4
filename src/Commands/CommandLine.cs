namespace Granary.Commands;

/// <summary>
/// Tells the arguments of a command from settings of the product: <c>--Granary:Key value</c> or <c>--Granary:Key=value</c>,
/// and so for every key that has a section.
/// </summary>
public static class CommandLine
{
    /// <summary>The configuration that a process started with these arguments would have.</summary>
    public static IConfiguration Settings(IReadOnlyList<string> arguments) =>
        WebApplication.CreateBuilder([.. arguments.Where((_, i) => IsSetting(arguments, i))]).Configuration;

    /// <summary>What is left for the command itself.</summary>
    public static IReadOnlyList<string> WithoutSettings(IReadOnlyList<string> arguments) =>
        [.. arguments.Where((_, i) => !IsSetting(arguments, i))];

    private static bool IsSetting(IReadOnlyList<string> arguments, int index) =>
        Names(arguments[index]) || (index > 0 && Names(arguments[index - 1]) && !arguments[index - 1].Contains('=', StringComparison.Ordinal));

    private static bool Names(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) && argument.AsSpan().IndexOf(':') is > 2 and var colon
        && !argument.AsSpan(0, colon).Contains('=');
}
