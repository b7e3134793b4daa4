using System.Text.Json;
using System.Text.RegularExpressions;
using Granary.Load.Measurement;
using Granary.Load.Reporting;
using Granary.Load;

namespace Granary.Programs.Tests.Benchmarks;

public sealed class ReportTests
{
    [Fact]
    public void The_html_report_stands_alone()
    {
        var html = HtmlReport.Render(Sample("place"));
        Assert.DoesNotMatch(new Regex("(src|href)\\s*=|<script|<link|@import|url\\("), html);
        Assert.Equal(6, Regex.Count(html, "<svg "));
        Assert.Contains("class='fail'", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", Regex.Replace(html, "<table>.*?</table>", ""), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_in_the_html_report_are_text()
    {
        var html = HtmlReport.Render(Sample("<b>&place"));
        Assert.Contains("&lt;b&gt;&amp;place", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>&place", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_json_report_reads_back_with_its_figures()
    {
        var report = Sample("place");
        var copy = JsonSerializer.Deserialize<JsonElement>(JsonSerializer.Serialize(report, LoadJson.Options));
        Assert.False(copy.GetProperty("passed").GetBoolean());
        Assert.Equal("open", copy.GetProperty("profile").GetProperty("kind").GetString());
        Assert.Equal(
            report.Steps[1].Response.P99Ms, copy.GetProperty("steps")[1].GetProperty("response").GetProperty("p99_ms").GetDouble());
        Assert.Equal("NaN", copy.GetProperty("thresholds")[1].GetProperty("measured").GetString());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.03, 0.05)]
    [InlineData(1, 1)]
    [InlineData(1.1, 2)]
    [InlineData(730, 1_000)]
    [InlineData(12_480, 20_000)]
    public void Axes_end_at_round_marks(double value, double mark) => Assert.Equal(mark, SvgChart.NiceCeiling(value), 9);

    private static RunReport Sample(string step)
    {
        var recorder = new RunRecorder();
        for (var ms = 1; ms <= 100; ms++)
        {
            foreach (var name in new[] { Threshold.WholeVisit, step })
            {
                recorder.Step(name).Record(
                    TimeSpan.FromMilliseconds(ms), TimeSpan.FromMilliseconds(ms / 2.0), Verdict.Succeeded, 201, measured: true);
            }

            if (ms % 50 == 0)
            {
                recorder.Sample(TimeSpan.FromSeconds(ms / 50.0), TimeSpan.FromSeconds(1));
            }
        }

        var steps = recorder.Report(TimeSpan.FromSeconds(2));
        Threshold[] thresholds = [Threshold.Below(step, Metric.P99Ms, 10), Threshold.Below("never", Metric.P99Ms, 10)];
        return new(
            step, "A sample.", DateTimeOffset.UnixEpoch, 2, new OpenProfile(50), 2, 12.5, steps,
            [.. thresholds.Select(threshold => ThresholdResult.Of(threshold, steps))], null);
    }
}
