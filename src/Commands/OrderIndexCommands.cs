using Granary.Grains.Orders.Index;
using Granary.Hosting;
using Granary.Hosting.Clustering;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>
/// The commands <c>rebuild-projection</c> and <c>check-projection</c> for the index behind <c>GET /orders</c>. They work on the
/// databases of the configuration, while the product runs or while it does not; only <c>check-projection --grains</c>, which
/// compares the live orders as well, needs it running.
/// </summary>
public static class OrderIndexCommands
{
    public const string Rebuild = "rebuild-projection";
    public const string Check = "check-projection";

    /// <summary>Has the check ask the running product's grains, too.</summary>
    private const string GrainsFlag = "--grains";

    /// <summary>Runs one of them.</summary>
    /// <param name="arguments">What follows the name: settings of the product, and <c>--grains</c> for the check.</param>
    /// <returns>The exit code: 1 when the check found differences, or no silo to ask.</returns>
    /// <exception cref="InvalidConfigurationException">The configuration cannot be run with.</exception>
    public static async Task<int> RunAsync(string command, IReadOnlyList<string> arguments, IAnsiConsole console)
    {
        var own = CommandLine.WithoutSettings(arguments);
        if (own.Any(argument => command != Check || argument != GrainsFlag))
        {
            console.WriteLine($"usage: {Rebuild} | {Check} [{GrainsFlag}]");
            return ExitCodes.Usage;
        }

        var configuration = CommandLine.Settings(arguments);
        if (EmbeddedDatabase.IsMissing(SiloOptions.From(configuration), console))
        {
            return ExitCodes.Unavailable;
        }

        await using var stores = StoreReader.Open(configuration);
        await stores.MigrateViewsAsync(CancellationToken.None);
        var audit = stores.Get<OrderIndexAudit>();
        if (command == Rebuild)
        {
            var entered = await WithProgressAsync(console, "Rebuilding the index of orders", audit.RebuildAsync);
            console.WriteLine($"{entered} orders entered.");
            return 0;
        }

        if (!arguments.Contains(GrainsFlag))
        {
            return await CheckAsync(console, (progress, cancellation) => audit.CheckAsync(progress, cancellation));
        }

        try
        {
            await using var cluster = await RunningCluster.ConnectAsync(configuration, CancellationToken.None);
            return await CheckAsync(console, (progress, cancellation) => audit.CheckAsync(progress, cancellation, cluster.Grains));
        }
        catch (ClusterNotRunningException fault)
        {
            console.WriteLine(fault.Message);
            return 1;
        }
    }

    private static async Task<int> CheckAsync(
        IAnsiConsole console, Func<IProgress<double>, CancellationToken, Task<IReadOnlyList<(string Id, string Difference)>>> check)
    {
        var differences = await WithProgressAsync(console, "Checking the index of orders", check);
        foreach (var (id, difference) in differences)
        {
            console.WriteLine($"{id} {difference}");
        }

        console.WriteLine($"{differences.Count} differences.");
        return differences.Count == 0 ? 0 : 1;
    }

    private static Task<T> WithProgressAsync<T>(IAnsiConsole console, string title, Func<IProgress<double>, CancellationToken, Task<T>> work) =>
        console.Progress().StartAsync(progress =>
        {
            var task = progress.AddTask(title, maxValue: 1);
            return work(new Bar(task), CancellationToken.None);
        });

    /// <summary>Reports at once; <see cref="Progress{T}"/> would after the bar is gone.</summary>
    private sealed class Bar(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
