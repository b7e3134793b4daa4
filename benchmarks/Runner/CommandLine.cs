using System.Globalization;

namespace Granary.Load;

/// <summary>Exit codes of the program.</summary>
public static class ExitCode
{
    public const int Passed = 0;
    public const int ThresholdFailed = 1;
    public const int Usage = 2;
    public const int SetupFailed = 3;
}

/// <summary>The command line is invalid; the message gives the reason.</summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>A verb and its options, each of the form <c>--name value</c>.</summary>
public sealed class CommandLine
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <exception cref="UsageException">An option has no value, or an argument is not an option.</exception>
    public CommandLine(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        Verb = arguments.Count > 0 ? arguments[0] : "help";
        for (var i = 1; i < arguments.Count; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Count)
            {
                throw new UsageException($"expected --name value at '{arguments[i]}'");
            }

            _options[arguments[i][2..]] = arguments[i + 1];
        }
    }

    public string Verb { get; }

    public string? Text(string name)
    {
        _read.Add(name);
        return _options.GetValueOrDefault(name);
    }

    public string Required(string name) => Text(name) ?? throw new UsageException($"--{name} is missing");

    public double? Number(string name) => Text(name) is not { } text
        ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0
            ? number
            : throw new UsageException($"--{name} must be a number that is not negative, not '{text}'");

    /// <exception cref="UsageException">The command line has an option that the command does not read.</exception>
    public void RefuseUnknown()
    {
        if (_options.Keys.FirstOrDefault(name => !_read.Contains(name)) is { } unknown)
        {
            throw new UsageException($"unknown option --{unknown}");
        }
    }
}
