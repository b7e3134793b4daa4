using System.Globalization;
using Spectre.Console;

namespace Granary.Load.Reporting;

/// <summary>The report on the terminal.</summary>
public static class ConsoleReport
{
    public static void Write(IAnsiConsole console, RunReport report)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(report);
        var table = new Table().Border(TableBorder.Rounded).Title($"[bold]{Markup.Escape(report.Scenario)}[/]");
        table.AddColumns("step", "calls/s", "ok", "refused", "failed", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "service p50", "service p99");
        foreach (var step in report.Steps)
        {
            table.AddRow(
                Markup.Escape(step.Name), Number(step.PerSecond, "#,0.0"), Number(step.Calls.Succeeded), Number(step.Calls.Refused),
                Number(step.Calls.Failed), Number(step.Response.P50Ms, "0.00"), Number(step.Response.P99Ms, "0.00"),
                Number(step.Response.P999Ms, "0.00"), Number(step.Response.MaxMs, "0.00"), Number(step.Service.P50Ms, "0.00"),
                Number(step.Service.P99Ms, "0.00"));
        }

        console.Write(table);
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture, $"generator: {report.GeneratorMicrosecondsPerCall:0.0} µs of processor time per call");
        foreach (var (threshold, measured, passed) in report.Thresholds)
        {
            var verdict = passed ? "[green]pass[/]" : "[red]FAIL[/]";
            console.MarkupLine(
                string.Create(CultureInfo.InvariantCulture, $"{verdict} {Markup.Escape(threshold.ToString())} (measured {measured:#,0.###})"));
        }

        if (report.CheckProblem is { } problem)
        {
            console.MarkupLineInterpolated($"[red]FAIL[/] check after the run: {problem}");
        }
    }

    private static string Number(double value, string format = "#,0") => value.ToString(format, CultureInfo.InvariantCulture);
}
