using Granary.Load;
using Granary.Load.Adapter;
using NBomber.CSharp;
using NBomber.Contracts.Stats;

// Usage: dotnet run -c Release --project benchmarks/NBomber -- <scenario> [address] [admin password]
// The exit code is 1 if a threshold failed.
var name = args.Length > 0 ? args[0] : "place-uniform";
var scenario = ScenarioCatalogue.Find(name) ?? throw new ArgumentException($"there is no scenario '{name}'");
// Without a limit, the 10,000 clients of the flash sale open a connection each, and the server refuses many of them with 503.
using var http = Target.Connect(new Uri(args.Length > 1 ? args[1] : "http://localhost:5080"), connections: 256);
var password = args.Length > 2 ? args[2] : Environment.GetEnvironmentVariable("GRANARY_ADMIN_PASSWORD") ?? "";
var shop = await ShopSetup.PrepareAsync(new(http, AuthMode.Bearer), scenario.Plan, new("admin", password), CancellationToken.None);

var stats = NBomberRunner
    .RegisterScenarios(NBomberScenario.Of(scenario, shop))
    .WithReportFolder(Path.Combine("artifacts", "nbomber"))
    .WithReportFormats(ReportFormat.Html)
    .Run();
return stats.Thresholds.Any(threshold => threshold.IsFailed) ? 1 : 0;
