using System.Globalization;
using CsvHelper;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Commands.Import;

/// <summary>The Northwind sample as its CSV files hold it (<c>samples/northwind</c>).</summary>
/// <param name="Orders">In the order in which they were made.</param>
public sealed record Northwind(
    IReadOnlyList<NorthwindProduct> Products,
    IReadOnlyList<NorthwindCustomer> Customers,
    IReadOnlyList<NorthwindOrder> Orders)
{
    /// <summary>Reads the files of a directory.</summary>
    /// <exception cref="IOException">A file is missing.</exception>
    public static Northwind Read(string directory) => new(
        [.. Rows(directory, "products.csv", row => new NorthwindProduct(
            row.GetString("sku"), row.GetString("name"), Number(row.GetString("unit_price_minor")), Number(row.GetString("units_in_stock")), row.GetString("discontinued") == "1"))],
        [.. Rows(directory, "customers.csv", row => new NorthwindCustomer(
            row.GetString("customer_id"), row.GetString("company_name")))],
        [.. Rows(directory, "order_lines.csv", OrderLineOf)
            .GroupBy(line => line.Order)
            .Select(lines => lines.Key with { Lines = [.. lines.Select(line => line.Line)] })]);

    /// <summary>Units that the orders ask for, by SKU.</summary>
    public IReadOnlyDictionary<string, long> Demand() => Orders
        .SelectMany(order => order.Lines)
        .GroupBy(line => line.Sku)
        .ToDictionary(lines => lines.Key, lines => lines.Sum(line => line.Quantity));

    /// <summary>
    /// What a customer's orders cost at catalogue prices, in minor units, by customer. An order above the limit is refused and
    /// costs nothing.
    /// </summary>
    public IReadOnlyDictionary<string, long> Spending()
    {
        var prices = Products.ToDictionary(product => product.Sku, product => product.Price);
        return Orders.GroupBy(order => order.CustomerId).ToDictionary(
            orders => orders.Key,
            orders => orders.Sum(order => OrderTotal.Of(
                order.Lines.Select(line => new OrderLine(line.Sku, line.Sku, line.Quantity, prices[line.Sku]))) ?? 0));
    }

    private static (NorthwindOrder Order, NorthwindLine Line) OrderLineOf(CsvReader row) => (
        new NorthwindOrder(
            row.GetString("order_id"), row.GetString("customer_id"), row.GetString("order_date"), row.GetString("ship_name"), row.GetString("ship_address"), row.GetString("ship_city"),
            row.GetString("ship_postal_code"), row.GetString("ship_country")),
        new NorthwindLine(row.GetString("sku"), Number(row.GetString("quantity"))));

    private static IEnumerable<T> Rows<T>(string directory, string file, Func<CsvReader, T> read)
    {
        using var csv = CsvReader.FromFile(Path.Combine(directory, file));
        while (csv.Read())
        {
            yield return read(csv);
        }
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

/// <param name="Price">Catalogue price in cents.</param>
/// <param name="Stock">Units in stock.</param>
public sealed record NorthwindProduct(string Sku, string Name, long Price, long Stock, bool Discontinued);

public sealed record NorthwindCustomer(string Id, string CompanyName);

/// <param name="Date">Day of the order, year first.</param>
public sealed record NorthwindOrder(
    string Id,
    string CustomerId,
    string Date,
    string? ShipName,
    string? ShipAddress,
    string? ShipCity,
    string? ShipPostalCode,
    string? ShipCountry)
{
    public IReadOnlyList<NorthwindLine> Lines { get; init; } = [];
}

public readonly record struct NorthwindLine(string Sku, long Quantity);
