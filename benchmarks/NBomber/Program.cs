using Granary.Load;
using Granary.Load.Adapter;
using NBomber.CSharp;
using NBomber.Contracts.Stats;

// Usage: dotnet run -c Release --project benchmarks/NBomber -- <scenario> [address] [admin password]
var name = args.Length > 0 ? args[0] : "place-uniform";
var scenario = ScenarioCatalogue.Find(name) ?? throw new ArgumentException($"there is no scenario '{name}'");
using var http = new HttpClient { BaseAddress = new Uri(args.Length > 1 ? args[1] : "http://localhost:5080") };
var password = args.Length > 2 ? args[2] : Environment.GetEnvironmentVariable("GRANARY_ADMIN_PASSWORD") ?? "";
var shop = await ShopSetup.PrepareAsync(new(http, AuthMode.Bearer), scenario.Plan, new("admin", password), CancellationToken.None);

NBomberRunner
    .RegisterScenarios(NBomberScenario.Of(scenario, shop))
    .WithReportFolder(Path.Combine("artifacts", "nbomber"))
    .WithReportFormats(ReportFormat.Html)
    .Run();
