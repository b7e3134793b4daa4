using System.Globalization;

namespace Granary.Hosting;

/// <summary>The limit on open files of this process.</summary>
public static class OpenFiles
{
    /// <summary>What the program needs to load itself, to open its stores and to answer a few hundred connections.</summary>
    private const int Least = 1_024;

    private const string Limits = "/proc/self/limits";

    private const string Row = "Max open files";

    /// <summary>
    /// Refuses a limit with which the program would fail in the middle of its start, on whatever file comes last. The runtime has raised
    /// the soft limit to the hard one.
    /// </summary>
    /// <exception cref="CannotStartException">The limit is too low.</exception>
    public static void Check()
    {
        if (Read() is { Soft: { } limit } && limit < Least)
        {
            throw new CannotStartException(
                ExitCodes.Configuration, $"This process may have {limit} files open and needs {Least}: raise the limit (ulimit -n, LimitNOFILE).");
        }
    }

    /// <summary>How many files this process may open now, and to what it may raise that; null where there is no number.</summary>
    public static (int? Soft, int? Hard) Read()
    {
        var row = File.Exists(Limits) ? File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal)) : null;
        return row?[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, var hard, ..] ? (NumberOf(soft), NumberOf(hard)) : default;
    }

    private static int? NumberOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
