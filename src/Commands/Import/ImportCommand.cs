using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Granary.Client;
using Granary.Commands.Grammar;
using Granary.Hosting;
using Spectre.Console;

namespace Granary.Commands.Import;

/// <summary>The command <c>import northwind</c>.</summary>
internal static class ImportCommand
{
    private const string PasswordVariable = "GRANARY_PASSWORD";
    private const int MostParallel = 64;

    /// <summary>An import takes minutes; one that was ended leaves no key that works.</summary>
    private static readonly TimeSpan KeyLife = TimeSpan.FromHours(1);

    /// <summary>The exit code where the product refused a request, such as a wrong password.</summary>
    private const int Refused = 1;

    private const string Currency = "USD";

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console)
    {
        var url = new Option<Uri>("--url")
        {
            Description = "Where the product answers",
            HelpName = "URL",
            DefaultValueFactory = _ => new Uri("http://localhost:5080"),
            CustomParser = WebAddress,
        };
        var restock = new Option<string>("--restock") { Description = "cover: adds what the stock lacks for all orders", DefaultValueFactory = _ => "cover" };
        restock.AcceptOnlyFromAmong("none", "cover");
        var user = new Option<string>("--user") { Description = "Logs in as this administrator", HelpName = "NAME", DefaultValueFactory = _ => "admin" };
        var password = new Option<string>("--password") { Description = $"Their password; better in the variable {PasswordVariable}", HelpName = "PASSWORD" };
        var data = new Option<string>("--data") { Description = "The CSV files; without it, those that come with the product", HelpName = "DIRECTORY" };
        var parallel = new Option<int>("--parallel")
        {
            Description = $"Orders in flight at once, 1 to {MostParallel}",
            HelpName = "N",
            DefaultValueFactory = _ => 8,
            CustomParser = Parallelism,
        };
        var northwind = GranaryCommand.Of(
            "northwind",
            "Loads the Northwind catalogue and replays its 830 orders through the HTTP API. Exits with 1 where an item was oversold",
            "import northwind --url http://localhost:5080",
            "import northwind --restock none --parallel 16");
        foreach (var option in (Option[])[url, restock, user, password, data, parallel])
        {
            northwind.Add(option);
        }

        northwind.Validators.Add(given =>
        {
            if ((given.GetValue(password) ?? Environment.GetEnvironmentVariable(PasswordVariable)) is null)
            {
                given.AddError($"Give the password in the variable {PasswordVariable} or with {password.Name}.");
            }
        });
        northwind.SetAction(parsed => RunAsync(
            new ImportOptions
            {
                Url = parsed.GetRequiredValue(url),
                Restock = parsed.GetValue(restock) == "cover",
                User = parsed.GetRequiredValue(user),
                Password = parsed.GetValue(password) ?? Environment.GetEnvironmentVariable(PasswordVariable)!,
                Data = parsed.GetValue(data) ?? Path.Combine(AppContext.BaseDirectory, "samples", "northwind"),
                Parallel = parsed.GetValue(parallel),
            },
            console));
        return new Command("import", "Loads data into a running product") { northwind };
    }

    private static async Task<int> RunAsync(ImportOptions options, IAnsiConsole console)
    {
        try
        {
            using var http = new HttpClient { BaseAddress = options.Url };
            var client = new GranaryClient(http);
            await client.LoginAsync(options.User, options.Password);
            var key = await client.CreateApiKeyAsync(new NewApiKey("import northwind", ["users:write"], DateTimeOffset.UtcNow + KeyLife));
            var registrar = new GranaryClient(http);
            registrar.UseApiKey(key.Key!);
            try
            {
                var summary = await ReplayAsync(options, client, registrar, console);
                Show(summary, console);
                return summary.Oversold.Count == 0 ? 0 : 1;
            }
            finally
            {
                await client.RevokeApiKeyAsync(key.Id);
            }
        }
        catch (Exception fault) when (fault is GranaryProblemException or HttpRequestException or IOException)
        {
            console.Say(fault.Message);
            console.Say($"The import stopped; running it again goes on. It spoke to {options.Url}");
            return fault is GranaryProblemException { Problem.Status: < 500 } ? Refused : ExitCodes.Unavailable;
        }
    }

    private static Uri? WebAddress(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        argument.AddError($"--url is '{text}'; it takes an address such as http://localhost:5080.");
        return null;
    }

    private static int Parallelism(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MostParallel)
        {
            return count;
        }

        argument.AddError($"--parallel is '{text}'; it takes a whole number from 1 to {MostParallel}.");
        return 0;
    }

    private static async Task<ReplaySummary> ReplayAsync(ImportOptions options, GranaryClient client, GranaryClient registrar, IAnsiConsole console)
    {
        var data = Northwind.Read(options.Data);
        var replay = new NorthwindReplay(client, registrar, data, Currency, options.Parallel);
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
