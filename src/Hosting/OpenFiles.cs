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
        if (!File.Exists(Limits))
        {
            return;
        }

        var row = Array.Find(File.ReadAllLines(Limits), line => line.StartsWith(Row, StringComparison.Ordinal));
        if (row?[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
            && int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit < Least)
        {
            throw new CannotStartException(
                ExitCodes.Configuration, $"This process may have {limit} files open and needs {Least}: raise the limit (ulimit -n, LimitNOFILE).");
        }
    }
}
