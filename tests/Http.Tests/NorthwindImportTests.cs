using Granary.Client;
using Granary.Commands;
using Granary.Commands.Import;
using Granary.Grains.Interfaces.ApiKeys;
using Spectre.Console;

namespace Granary.Http.Tests;

/// <summary>
/// Imports the real order history through the real front end. The expected figures are those of <c>samples/northwind</c>.
/// </summary>
public sealed class NorthwindImportTests
{
    [Fact]
    public async Task Restocked_to_cover_the_demand_every_order_of_the_history_completes()
    {
        await using var app = await GranaryApp.StartWith();
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });

        var exit = await CommandLine.RunAsync(
            ["import", "northwind", "--url", app.Address.ToString(), "--restock", "cover", "--password", GranaryApp.AdminPassword],
            _ => throw new InvalidOperationException("The product was to run."),
            console);

        var text = output.ToString();
        Assert.True(exit == 0, text);
        Assert.Matches(@"Orders completed\W+830\b", text);
        Assert.Matches(@"Units sold\W+51,317\b", text);
        Assert.Contains("1,449,062.31 USD", text, StringComparison.Ordinal);
        Assert.Matches(@"Oversold\W+none", text);
        Assert.DoesNotContain("refused", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_stock_as_given_orders_are_refused_and_nothing_is_oversold()
    {
        await using var app = await GranaryApp.StartWith();
        using var http = app.CreateClient();
        var client = new GranaryClient(http);
        await client.LoginAsync("admin", GranaryApp.AdminPassword, TestContext.Current.CancellationToken);
        var data = Northwind.Read(Path.Combine(AppContext.BaseDirectory, "samples", "northwind"));
        using var machine = app.CreateClient(await app.ApiKey(Scopes.UsersWrite));
        var replay = new NorthwindReplay(client, new GranaryClient(machine), data, "USD", parallelism: 8);

        await replay.LoadProductsAsync(() => { });
        await replay.LoadCustomersAsync(() => { });
        var summary = await replay.ReplayOrdersAsync(() => { });

        Assert.Empty(summary.Oversold);
        Assert.Equal(["insufficient-stock"], summary.Refused.Keys);
        Assert.Equal(830, summary.Completed + summary.Refused.Values.Sum());
        Assert.InRange(summary.Completed, 1, 829);
        Assert.Equal(data.Products.Sum(product => product.Stock), summary.Units + summary.OnHand);
    }
}
