using System.Globalization;
using Granary.Client;
using Spectre.Console;

namespace Granary.Commands.Import;

/// <summary>The command <c>import northwind</c>.</summary>
public static class ImportCommand
{
    // Exit codes of sysexits.h.
    private const int Usage = 64;
    private const int Unavailable = 69;

    private const string Currency = "USD";

    /// <summary>Runs it.</summary>
    /// <param name="arguments">What follows <c>import</c>.</param>
    /// <param name="console">Where progress and summary are shown.</param>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, IAnsiConsole console)
    {
        var (options, error) = ImportOptions.Parse(arguments);
        if (options is null)
        {
            console.WriteLine(error!);
            console.WriteLine(ImportOptions.Usage);
            return Usage;
        }

        try
        {
            using var http = new HttpClient { BaseAddress = options.Url };
            var client = new GranaryClient(http);
            if (options.Password is { } password)
            {
                await client.LoginAsync(options.User, password);
            }

            var summary = await ReplayAsync(options, client, console);
            Show(summary, console);
            return summary.Oversold.Count == 0 ? 0 : 1;
        }
        catch (Exception fault) when (fault is GranaryProblemException or HttpRequestException or IOException)
        {
            console.WriteLine(fault.Message);
            console.WriteLine($"The import stopped; running it again goes on. It spoke to {options.Url}");
            return Unavailable;
        }
    }

    private static async Task<ReplaySummary> ReplayAsync(ImportOptions options, GranaryClient client, IAnsiConsole console)
    {
        var data = Northwind.Read(options.Data);
        var replay = new NorthwindReplay(client, data, Currency, options.Parallel);
        var progress = ReplayProgress.On(console);
        return await progress.RunAsync(async stages =>
        {
            await replay.LoadProductsAsync(stages.Begin("Products", data.Products.Count));
            if (options.Restock)
            {
                await replay.RestockAsync(stages.Begin("Restock", data.Products.Count));
            }

            await replay.LoadCustomersAsync(stages.Begin("Customers", data.Customers.Count));
            var summary = await replay.ReplayOrdersAsync(stages.Begin("Orders", data.Orders.Count));
            await replay.DiscontinueAsync(stages.Begin("Discontinued", data.Products.Count(product => product.Discontinued)));
            return summary;
        });
    }

    private static void Show(ReplaySummary summary, IAnsiConsole console)
    {
        var table = new Table().AddColumn("Northwind").AddColumn(new TableColumn("").RightAligned());
        Add("Orders completed", summary.Completed);
        foreach (var (slug, count) in summary.Refused)
        {
            Add($"Orders refused: {slug}", count);
        }

        Add("Units sold", summary.Units);
        table.AddRow("Total", string.Create(CultureInfo.InvariantCulture, $"{summary.Total / 100m:N2} {Currency}"));
        Add("Units left on hand", summary.OnHand);
        table.AddRow("Oversold", summary.Oversold.Count == 0 ? "none" : string.Join(", ", summary.Oversold));
        console.Write(table);

        void Add(string what, long count) => table.AddRow(what, count.ToString("N0", CultureInfo.InvariantCulture));
    }
}
