using Granary.Domain.Orders;
using Granary.Domain.Stock;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Micro;

/// <summary>A typical order, and a stock item.</summary>
internal static class Samples
{
    public const string Sku = "sku-1";
    public const long Price = 1_999;
    public static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public static PlaceOrder Placement(int lines) => new()
    {
        UserId = "01jd3s6m2v5q9w8x7y6z5t4r3q",
        Lines = [.. Enumerable.Range(1, lines).Select(n => new RequestedLine($"sku-{n}", 2))],
        By = "01jd3s6m2v5q9w8x7y6z5t4r3q",
        Fingerprint = "3f2b8c1d9e7a6054",
    };

    public static IReadOnlyList<OrderLine> Lines(int lines) =>
        [.. Enumerable.Range(1, lines).Select(n => new OrderLine($"sku-{n}", $"Product {n}", 2, Price))];

    public static OrderPlaced Placed(int lines)
    {
        var order = Placement(lines);
        return new(order.By, order.UserId, 7, Lines(lines), lines * 2 * Price, null, null, order.Fingerprint, Noon.AddMinutes(15));
    }

    public static StockState Stock(int reservations)
    {
        var stock = StockState.Initial(Sku)
            .Apply(new ProductDefined("admin", "Product 1", null, Price), Noon)
            .Apply(new StockAdjusted("admin", 1_000_000_000, "delivery", null), Noon);
        for (var order = 0; order < reservations; order++)
        {
            stock = stock.Apply(new StockReserved($"01jd3s6m2v5q9w8x7y6z{order:D6}", order, 1), Noon);
        }

        return stock;
    }
}
