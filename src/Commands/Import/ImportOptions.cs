using System.Globalization;

namespace Granary.Commands.Import;

/// <summary>What the import command is asked to do.</summary>
public sealed record ImportOptions
{
    /// <summary>How the command is called.</summary>
    public const string Usage = """
        Loads the Northwind catalogue and replays its 830 orders through the HTTP API.

        import northwind [options]
          --url URL             where the product answers (http://localhost:5080)
          --restock none|cover  cover: add what the stock lacks for all orders (cover)
          --user NAME           log in as this administrator (admin)
          --password PASSWORD   their password; better in the variable GRANARY_PASSWORD
          --data DIRECTORY      the CSV files (the ones that come with the product)
          --parallel N          orders in flight at once, 1 to 64 (8)
        """;

    private const int MostParallel = 64;

    public Uri Url { get; private init; } = new("http://localhost:5080");

    public bool Restock { get; private init; } = true;

    public string User { get; private init; } = "admin";

    /// <summary>Null sends no token.</summary>
    public string? Password { get; private init; } = Environment.GetEnvironmentVariable("GRANARY_PASSWORD");

    public string Data { get; private init; } = Path.Combine(AppContext.BaseDirectory, "samples", "northwind");

    public int Parallel { get; private init; } = 8;

    /// <summary>Reads the arguments after <c>import</c>.</summary>
    /// <returns>The options, or what is wrong with the arguments.</returns>
    public static (ImportOptions? Options, string? Error) Parse(IReadOnlyList<string> arguments)
    {
        if (arguments is not ["northwind", ..])
        {
            return (null, "Say what to import: northwind.");
        }

        var options = new ImportOptions();
        for (var i = 1; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count || options.With(arguments[i], arguments[i + 1]) is not { } next)
            {
                return (null, $"Cannot make sense of: {string.Join(' ', arguments.Skip(i).Take(2))}");
            }

            options = next;
        }

        return (options, null);
    }

    private ImportOptions? With(string name, string value) => name switch
    {
        "--url" when Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme.StartsWith("http", StringComparison.Ordinal) =>
            this with { Url = url },
        "--restock" when value is "none" or "cover" => this with { Restock = value == "cover" },
        "--user" => this with { User = value },
        "--password" => this with { Password = value },
        "--data" => this with { Data = value },
        "--parallel" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is >= 1 and <= MostParallel => this with { Parallel = count },
        _ => null,
    };
}
