using Granary.Load.Dispatch;
using Granary.Load.Measurement;
using Granary.Load;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Programs.Tests.Benchmarks;

/// <summary>
/// Proves that the measurement omits nothing: a server that stalls for two seconds delays every visit that was meant to start
/// during the stall, not only the few calls in progress. (Gil Tene calls leaving those out "coordinated omission".)
/// </summary>
public sealed class StallTests
{
    private const int Rate = 200;
    private const int Workers = 4;
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_stall_of_the_server_shows_in_the_open_loop_p99_and_hides_in_the_service_time()
    {
        await using var server = await StallingServerAsync(stallAt: Rate);
        var profile = new OpenProfile(Rate) { Duration = TimeSpan.FromSeconds(5) };
        var visit = await MeasureAsync(server, profile);

        Assert.Equal(Rate * 5, visit.Calls.Total);
        Assert.Equal(visit.Calls.Total, visit.Calls.Succeeded);
        // Of 1,000 visits about 400 were meant to start during the stall; the slowest percent waited for nearly all of it.
        Assert.True(visit.Response.P99Ms > 1_800, $"response p99 was {visit.Response.P99Ms} ms");
        Assert.True(visit.Response.P90Ms > 1_000, $"response p90 was {visit.Response.P90Ms} ms");
        // Only the calls in progress, at most four of 1,000, met the stall themselves.
        Assert.True(visit.Service.P99Ms < visit.Response.P99Ms / 2, $"service p99 was {visit.Service.P99Ms} ms");
        Assert.True(visit.Service.MaxMs > 1_800, $"service maximum was {visit.Service.MaxMs} ms");
    }

    private static async Task<StepReport> MeasureAsync(WebApplication server, LoadProfile profile)
    {
        using var http = Target.Connect(new Uri(server.Urls.First()), Workers);
        var shop = ShopSetup.Assume(new ShopClient(http, AuthMode.None), new(Users: 1, Products: 1));
        var scenario = new Scenario(
            "product", "One read.", visit => visit.StepAsync("product", () => visit.Client.ProductAsync("sku-1", visit.Cancellation)),
            new(), profile, []);
        var report = await new ScenarioRun(scenario, shop, Workers, new PaceClock()).RunAsync(TestContext.Current.CancellationToken);
        return report.Steps.Single(step => step.Name == "product");
    }

    /// <summary>
    /// Answers at once until a chosen request stalls the server: then no request is answered until the stall is over.
    /// </summary>
    private static async Task<WebApplication> StallingServerAsync(int stallAt)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var requests = 0;
        var stall = new Lazy<Task>(() => Task.Delay(Stall));
        app.Run(async _ =>
        {
            if (Interlocked.Increment(ref requests) >= stallAt)
            {
                await stall.Value;
            }
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
