using System.Globalization;
using System.Text.Json;
using Granary.Load.Dispatch;
using Granary.Load.Reporting;
using Spectre.Console;

namespace Granary.Load;

/// <summary>
/// <c>run</c>: runs one scenario under one load and writes its reports; <c>seed</c>: only sets up the shop, for another generator.
/// </summary>
public static class RunCommand
{
    private const int DefaultConnections = 512;

    /// <exception cref="UsageException">The command line is not valid.</exception>
    public static async Task<int> RunAsync(CommandLine line, IAnsiConsole console, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(console);
        var scenario = RunPlan.Of(line);
        var workers = (int)(line.Number("connections") ?? DefaultConnections);
        var folder = line.Text("out") ?? Path.Combine("artifacts", "load");
        using var target = new Target(line, (scenario.Profile as ClosedProfile)?.Clients ?? workers);
        line.RefuseUnknown();

        console.MarkupLineInterpolated($"[bold]{scenario.Name}[/] {scenario.Summary}");
        var shop = await target.PrepareAsync(scenario.Plan, cancellation);
        var report = await WithProgressAsync(console, scenario, new(scenario, shop, workers, new PaceClock()), cancellation);
        ConsoleReport.Write(console, report);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, scenario.Name);
        await File.WriteAllTextAsync($"{path}.json", JsonSerializer.Serialize(report, LoadJson.Options), cancellation);
        await File.WriteAllTextAsync($"{path}.html", HtmlReport.Render(report), cancellation);
        console.MarkupLineInterpolated($"reports: {path}.json and {path}.html");
        return report.Passed ? ExitCode.Passed : ExitCode.ThresholdFailed;
    }

    /// <exception cref="UsageException">The command line is not valid.</exception>
    public static async Task<int> SeedAsync(CommandLine line, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(line);
        var plan = new ShopPlan();
        plan = plan with
        {
            Users = (int)(line.Number("users") ?? plan.Users),
            Products = (int)(line.Number("products") ?? plan.Products),
        };
        var path = line.Required("out");
        using var target = new Target(line, DefaultConnections);
        line.RefuseUnknown();
        var shop = await target.PrepareAsync(plan, cancellation);
        var actors = shop.Shoppers.Select(shopper => $"{shopper.UserId}\t{shopper.Token?["Bearer ".Length..] ?? "-"}");
        await File.WriteAllLinesAsync(path, actors, cancellation);
        return ExitCode.Passed;
    }

    private static Task<RunReport> WithProgressAsync(
        IAnsiConsole console, Scenario scenario, ScenarioRun run, CancellationToken cancellation) =>
        console.Progress().AutoClear(true)
            .Columns(new ProgressBarColumn(), new ElapsedTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async progress =>
            {
                var task = progress.AddTask("warming up", maxValue: scenario.Profile.Duration.TotalSeconds);
                run.Progress += (elapsed, latest) =>
                {
                    task.Value = elapsed.TotalSeconds;
                    task.Description = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{latest.PerSecond:#,0} visits/s, p50 {latest.P50Ms:0.0} ms, p99 {latest.P99Ms:0.0} ms, failed {latest.FailedPerSecond:0}/s");
                };
                return await run.RunAsync(cancellation);
            });
}
