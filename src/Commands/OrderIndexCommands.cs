using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Grains.Orders.Index;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>
/// The commands <c>rebuild-projection</c> and <c>check-projection</c> for the index behind <c>GET /orders</c>. They work on the
/// databases of the configuration, while the product runs or while it does not; only <c>check-projection --grains</c>, which
/// compares the live orders as well, needs it running.
/// </summary>
internal static class OrderIndexCommands
{
    /// <summary>Puts <c>rebuild-projection</c> together.</summary>
    public static Command Rebuild(IAnsiConsole console)
    {
        var command = GranaryCommand.Of(
            "rebuild-projection", "Rebuilds the index behind GET /orders from the journal; the product may run meanwhile", "rebuild-projection");
        command.SetAction(parsed => parsed.UseStoresAsync(console, async (stores, _) =>
        {
            await stores.MigrateViewsAsync(CancellationToken.None);
            var entered = await WithProgressAsync(console, "Rebuilding the index of orders", stores.Get<OrderIndexAudit>().RebuildAsync);
            console.Say($"{entered} orders entered.");
            return 0;
        }));
        return command;
    }

    /// <summary>Puts <c>check-projection</c> together.</summary>
    public static Command Check(IAnsiConsole console)
    {
        var live = new Option<bool>("--grains") { Description = "Compares with the orders of the running product, too, which activates each" };
        var command = GranaryCommand.Of(
            "check-projection",
            "Compares the index behind GET /orders with the journal. Exits with 1 where they differ",
            "check-projection",
            $"check-projection {live.Name}");
        command.Add(live);
        command.SetAction(parsed => parsed.UseStoresAsync(console, async (stores, settings) =>
        {
            await stores.MigrateViewsAsync(CancellationToken.None);
            await using var product = new ProductConnection(settings);
            var grains = parsed.GetValue(live) ? await product.GrainsAsync() : null;
            return await CheckAsync(console, (progress, cancellation) => stores.Get<OrderIndexAudit>().CheckAsync(progress, cancellation, grains));
        }));
        return command;
    }

    private static async Task<int> CheckAsync(
        IAnsiConsole console, Func<IProgress<double>, CancellationToken, Task<IReadOnlyList<(string Id, string Difference)>>> check)
    {
        var differences = await WithProgressAsync(console, "Checking the index of orders", check);
        foreach (var (id, difference) in differences)
        {
            console.Say($"{id} {difference}");
        }

        console.Say($"{differences.Count} differences.");
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
