using System.Collections.Concurrent;

namespace Granary.Baselines.GrainTransactions;

/// <summary>A product's name and price.</summary>
public sealed record Quote(string Name, long Price);

/// <summary>
/// Names and prices as last read. A transaction can write its whole order first because of it, and ends at once if the order exists
/// already. Reserving checks the price, so an old one only costs another attempt.
/// </summary>
public sealed class PriceBook(IGrainFactory grains)
{
    private readonly ConcurrentDictionary<string, Quote> _quotes = new();

    /// <returns>Null if the product does not exist.</returns>
    public async ValueTask<Quote?> FindAsync(string sku)
    {
        if (_quotes.TryGetValue(sku, out var known))
        {
            return known;
        }

        var stock = await grains.GetGrain<IStockGrain>(sku).ReadAsync();
        return stock.Name is null ? null : _quotes[sku] = new(stock.Name, stock.Price);
    }

    public void Forget(string sku) => _quotes.TryRemove(sku, out _);
}
