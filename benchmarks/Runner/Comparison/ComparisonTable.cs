using System.Globalization;

namespace Granary.Load.Comparison;

/// <summary>One measured round of <c>compare.sh</c>: a line of its result file.</summary>
public sealed record Round(
    int Number, string Contender, string Workload, double OrdersPerSecond, double P99Ms, double ServerCpuMs, double PostgresCpuMs,
    double WalBytes, double AllocatedBytes, long Errors)
{
    private const int Columns = 12;

    /// <exception cref="FormatException">The line does not have the format of <c>compare.sh</c>.</exception>
    public static Round Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var cells = line.Split('\t');
        if (cells.Length != Columns)
        {
            throw new FormatException($"expected {Columns} columns, found {cells.Length}: {line}");
        }

        double Number(int column) => double.Parse(cells[column], CultureInfo.InvariantCulture);
        return new(
            (int)Number(0), cells[1], cells[2], Number(3), Number(5), Number(7), Number(8), Number(9), Number(10),
            (long)Number(11));
    }
}

/// <summary>Minimum, median and maximum of a set of figures.</summary>
public readonly record struct Spread(double Min, double Median, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new(sorted[0], median, sorted[^1]);
    }
}

/// <summary>The figures of one contender under one workload, over its rounds.</summary>
/// <param name="CpuMs">Processor milliseconds per order, of the server and PostgreSQL together.</param>
/// <param name="AllocatedBytes">Bytes of the managed heap per order; 0 for a contender without metrics.</param>
/// <param name="Ratios">
/// Throughput as a multiple of each other contender's, computed within each round, so that a disturbance of a whole round
/// cancels out.
/// </param>
public sealed record ComparisonRow(
    string Workload,
    string Contender,
    Spread OrdersPerSecond,
    double P99Ms,
    double CpuMs,
    double PostgresCpuMs,
    double WalBytes,
    double AllocatedBytes,
    long Errors,
    IReadOnlyDictionary<string, Spread> Ratios);

/// <summary>Aggregates rounds into rows.</summary>
public static class ComparisonTable
{
    public static IReadOnlyList<ComparisonRow> Of(IReadOnlyList<Round> rounds) =>
    [
        .. rounds.GroupBy(round => (round.Workload, round.Contender)).OrderByDescending(group => group.Key.Workload)
            .ThenBy(group => Spread.Of(group.Select(round => round.OrdersPerSecond)).Median)
            .Select(group => Row(group.Key.Workload, group.Key.Contender, [.. group], rounds)),
    ];

    private static ComparisonRow Row(string workload, string contender, IReadOnlyList<Round> own, IReadOnlyList<Round> all)
    {
        var ratios = new SortedDictionary<string, Spread>(StringComparer.Ordinal);
        foreach (var other in all.Select(round => round.Contender).Distinct().Where(other => other != contender))
        {
            var pairs = own.Join(
                all.Where(round => round.Contender == other && round.Workload == workload), round => round.Number, round => round.Number,
                (mine, theirs) => mine.OrdersPerSecond / theirs.OrdersPerSecond).ToArray();
            if (pairs.Length > 0)
            {
                ratios[other] = Spread.Of(pairs);
            }
        }

        double Median(Func<Round, double> figure) => Spread.Of(own.Select(figure)).Median;
        return new(
            workload, contender, Spread.Of(own.Select(round => round.OrdersPerSecond)), Median(round => round.P99Ms),
            Median(round => round.ServerCpuMs + round.PostgresCpuMs), Median(round => round.PostgresCpuMs), Median(round => round.WalBytes),
            Median(round => round.AllocatedBytes), own.Sum(round => round.Errors), ratios);
    }
}
