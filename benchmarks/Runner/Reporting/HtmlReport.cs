using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Granary.Load.Measurement;

namespace Granary.Load.Reporting;

/// <summary>A report as one HTML file with inline style and charts, which can be mailed, archived and opened offline.</summary>
public static class HtmlReport
{
    private const string Style =
        """
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1360px;padding:0 1rem;color:#1c2430;background:#fff}
        h1{font-size:1.5rem;margin-bottom:0}h2{font-size:1.1rem;margin-top:2rem}p.meta{color:#5a6675}
        table{border-collapse:collapse;width:100%}th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #e3e7ec}
        th:first-child,td:first-child{text-align:left}.pass{color:#1a7f37}.fail{color:#c62828;font-weight:600}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(480px,1fr));gap:1rem}
        svg{width:100%;border:1px solid #e3e7ec;border-radius:6px}svg .title{font-weight:600;font-size:13px}
        svg .tick,svg .legend{font-size:11px}svg .tick{fill:#5a6675}svg .grid{stroke:#eceff3}pre{background:#f6f8fa;padding:1rem}
        """;

    private const string Blue = "#1f6feb";
    private const string Orange = "#d9731a";
    private const string Red = "#c62828";

    public static string Render(RunReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang='en'><head><meta charset='utf-8'>");
        html.Append("<meta name='viewport' content='width=device-width,initial-scale=1'>");
        html.Append($"<title>{Encode(report.Scenario)}</title><style>{Style}</style></head><body>");
        html.Append($"<h1>{Encode(report.Scenario)} <span class='{(report.Passed ? "pass'>passed" : "fail'>failed")}</span></h1>");
        html.Append($"<p class='meta'>{Encode(report.Summary)}<br>");
        html.Append(Invariant($"{report.StartedAt:yyyy-MM-dd HH:mm:ss} UTC, {report.DurationSeconds:0.0} s measured, {report.Cores} cores, "));
        html.Append(Invariant($"generator {report.GeneratorMicrosecondsPerCall:0.0} µs of processor time per call</p>"));
        AppendThresholds(html, report);
        AppendSteps(html, report.Steps);
        foreach (var step in report.Steps)
        {
            AppendCharts(html, step);
        }

        html.Append($"<h2>Load profile</h2><pre>{Encode(JsonSerializer.Serialize(report.Profile, LoadJson.Options))}</pre>");
        return html.Append("</body></html>").ToString();
    }

    private static void AppendThresholds(StringBuilder html, RunReport report)
    {
        html.Append("<h2>Thresholds</h2><table><tr><th>Threshold</th><th>Measured</th><th>Result</th></tr>");
        foreach (var (threshold, measured, passed) in report.Thresholds)
        {
            html.Append(Invariant($"<tr><td>{Encode(threshold.ToString())}</td><td>{measured:#,0.###}</td>"));
            html.Append(passed ? "<td class='pass'>pass</td></tr>" : "<td class='fail'>fail</td></tr>");
        }

        html.Append("</table>");
        if (report.CheckProblem is { } problem)
        {
            html.Append($"<p class='fail'>Check after the run: {Encode(problem)}</p>");
        }
    }

    private static void AppendSteps(StringBuilder html, IReadOnlyList<StepReport> steps)
    {
        html.Append("<h2>Steps</h2><p class='meta'>Times in ms. Response: from the intended start. Service: from the actual start.</p>");
        html.Append("<table><tr><th>Step</th><th>Calls/s</th><th>OK</th><th>Refused</th><th>Failed</th><th>Statuses</th>");
        html.Append("<th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>Max</th><th>Service p50</th><th>Service p99</th></tr>");
        foreach (var step in steps)
        {
            var statuses = string.Join(", ", step.Statuses.Where(status => status.Key != 0).Select(status => $"{status.Key}: {status.Value}"));
            html.Append(Invariant($"<tr><td>{Encode(step.Name)}</td><td>{step.PerSecond:#,0.0}</td><td>{step.Calls.Succeeded:#,0}</td>"));
            html.Append(Invariant($"<td>{step.Calls.Refused:#,0}</td><td>{step.Calls.Failed:#,0}</td><td>{statuses}</td>"));
            html.Append(Invariant($"<td>{step.Response.P50Ms:#,0.00}</td><td>{step.Response.P90Ms:#,0.00}</td>"));
            html.Append(Invariant($"<td>{step.Response.P99Ms:#,0.00}</td><td>{step.Response.P999Ms:#,0.00}</td>"));
            html.Append(Invariant($"<td>{step.Response.MaxMs:#,0.00}</td><td>{step.Service.P50Ms:#,0.00}</td>"));
            html.Append(Invariant($"<td>{step.Service.P99Ms:#,0.00}</td></tr>"));
        }

        html.Append("</table>");
    }

    private static void AppendCharts(StringBuilder html, StepReport step)
    {
        html.Append($"<h2>{Encode(step.Name)}</h2><div class='charts'>");
        html.Append(new SvgChart("Throughput", "seconds", "calls/s",
        [
            new("answered", Blue, [.. step.Series.Select(sample => (sample.Second, sample.PerSecond))]),
            new("failed", Red, [.. step.Series.Select(sample => (sample.Second, sample.FailedPerSecond))]),
        ]).Render());
        html.Append(new SvgChart("Response time", "seconds", "ms",
        [
            new("p50", Blue, [.. step.Series.Select(sample => (sample.Second, sample.P50Ms))]),
            new("p99", Orange, [.. step.Series.Select(sample => (sample.Second, sample.P99Ms))]),
        ]).Render());
        html.Append(new SvgChart("Distribution", "percentile", "ms",
        [
            new("service", Blue, Tail(step.Service)),
            new("response", Orange, Tail(step.Response)),
        ], [(0, "0"), (1, "90"), (2, "99"), (3, "99.9"), (4, "99.99")]).Render());
        html.Append("</div>");
    }

    /// <summary>Percentiles on a scale of nines: 90 at 1, 99 at 2, 99.9 at 3; values beyond 99.99 are drawn at 99.99.</summary>
    private static IReadOnlyList<(double X, double Y)> Tail(LatencyReport latency) =>
        [.. latency.Curve.Select(point => (Math.Min(4, -Math.Log10(1 - Math.Min(point.Percentile, 99.999) / 100)), point.Ms))];

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
