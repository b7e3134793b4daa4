using System.Globalization;
using Granary.Load.Comparison;

namespace Granary.Programs.Tests.Benchmarks;

public sealed class ComparisonTableTests
{
    [Fact]
    public void Ratios_are_taken_within_rounds_and_show_their_spread()
    {
        // The second round ran on a busier machine: both rates halve, and their ratio stays.
        var rows = ComparisonTable.Of(
        [
            Line(1, "granary", 6_000), Line(1, "npgsql", 2_000),
            Line(2, "granary", 3_000), Line(2, "npgsql", 1_000),
            Line(3, "granary", 6_600), Line(3, "npgsql", 2_000),
        ]);
        var granary = rows.Single(row => row.Contender == "granary");
        Assert.Equal(new Spread(3_000, 6_000, 6_600), granary.OrdersPerSecond);
        Assert.Equal(3.0, granary.Ratios["npgsql"].Min, 9);
        Assert.Equal(3.0, granary.Ratios["npgsql"].Median, 9);
        Assert.Equal(3.3, granary.Ratios["npgsql"].Max, 9);
    }

    [Fact]
    public void Workloads_are_not_mixed()
    {
        var rows = ComparisonTable.Of([Line(1, "granary", 6_000), Line(1, "npgsql", 2_000), Line(1, "npgsql", 1_000, "hot")]);
        Assert.Empty(rows.Single(row => row.Workload == "hot").Ratios);
        Assert.Equal(2, rows.Count(row => row.Workload == "uniform"));
    }

    [Fact]
    public void The_median_of_an_even_number_lies_between_the_middle_two() =>
        Assert.Equal(new Spread(1, 2.5, 9), Spread.Of([9, 1, 3, 2]));

    [Fact]
    public void A_line_with_other_columns_is_refused() => Assert.Throws<FormatException>(() => Round.Parse("1\tgranary\tuniform"));

    private static Round Line(int round, string contender, double rate, string workload = "uniform") => Round.Parse(
        string.Join('\t', round, contender, workload, rate.ToString(CultureInfo.InvariantCulture), 10, 20, 30, "0.1", "0.2", 900, 40_000, 0));
}
