using System.Globalization;
using Spectre.Console;

namespace Granary.Load.Comparison;

/// <summary><c>compare</c>: prints the results of <c>compare.sh</c> with their ratios and spread.</summary>
public static class CompareCommand
{
    public static async Task<int> RunAsync(CommandLine line, IAnsiConsole console, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(console);
        var lines = await File.ReadAllLinesAsync(line.Required("results"), cancellation);
        var rows = ComparisonTable.Of([.. lines.Skip(1).Where(text => text.Length > 0).Select(Round.Parse)]);
        foreach (var workload in rows.Select(row => row.Workload).Distinct())
        {
            var table = new Table().Border(TableBorder.Markdown);
            table.AddColumns("contender", "orders/s (min–max)", "p99 ms", "CPU ms/order", "of it PostgreSQL", "WAL B/order", "allocated B/order", "errors", "times");
            foreach (var row in rows.Where(row => row.Workload == workload))
            {
                table.AddRow(
                    row.Contender, $"{Show(row.OrdersPerSecond.Median, "#,0")} ({Show(row.OrdersPerSecond.Min, "#,0")}–{Show(row.OrdersPerSecond.Max, "#,0")})",
                    Show(row.P99Ms, "0.0"), Show(row.CpuMs, "0.000"), Show(row.PostgresCpuMs, "0.000"), Show(row.WalBytes, "#,0"),
                    row.AllocatedBytes == 0 ? "–" : Show(row.AllocatedBytes, "#,0"), Show(row.Errors, "0"), string.Join(", ", row.Ratios.Select(Ratio)));
            }

            console.WriteLine();
            console.WriteLine(workload);
            console.Write(table);
        }

        return ExitCode.Passed;
    }

    private static string Ratio(KeyValuePair<string, Spread> ratio) =>
        $"{Show(ratio.Value.Median, "0.00")} × {ratio.Key} ({Show(ratio.Value.Min, "0.00")}–{Show(ratio.Value.Max, "0.00")})";

    private static string Show(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
