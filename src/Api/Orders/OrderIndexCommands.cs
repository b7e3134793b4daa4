using Granary.Views;
using Spectre.Console;

namespace Granary.Orders;

/// <summary>
/// The commands <c>rebuild-projection</c> and <c>check-projection</c> for the index behind <c>GET /orders</c>. They work on the
/// databases of the configuration, while the product runs or while it does not.
/// </summary>
public static class OrderIndexCommands
{
    public const string Rebuild = "rebuild-projection";
    public const string Check = "check-projection";

    /// <summary>Runs one of them.</summary>
    /// <param name="services">The services of an application that has not been started.</param>
    /// <returns>The exit code: 1 when the check found differences.</returns>
    public static async Task<int> RunAsync(string command, IServiceProvider services, IAnsiConsole console)
    {
        await services.GetRequiredService<IViewDatabase>().MigrateAsync(CancellationToken.None);
        var audit = services.GetRequiredService<OrderIndexAudit>();
        if (command == Rebuild)
        {
            var entered = await WithProgressAsync(console, "Rebuilding the index of orders", audit.RebuildAsync);
            console.WriteLine($"{entered} orders entered.");
            return 0;
        }

        var differences = await WithProgressAsync(console, "Checking the index of orders", audit.CheckAsync);
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
