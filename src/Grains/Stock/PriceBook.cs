using System.Collections.Concurrent;

namespace Granary.Grains.Stock;

/// <summary>
/// The last known name and price of products, per silo. It lets an order hold money while its stock is being reserved; every
/// reservation confirms the price it was computed with, so a stale entry costs a second try and never a wrong price.
/// </summary>
public sealed class PriceBook
{
    private readonly ConcurrentDictionary<string, PricedProduct> _products = new(StringComparer.Ordinal);

    /// <summary>The last known name and price, or null.</summary>
    public PricedProduct? Find(string sku) => _products.GetValueOrDefault(sku);

    /// <summary>Remembers what a stock item has said.</summary>
    public void Learn(string sku, string name, long price)
    {
        if (_products.TryGetValue(sku, out var known) && known.Price == price && known.Name == name)
        {
            return;
        }

        _products[sku] = new PricedProduct(name, price);
    }
}

/// <summary>A product's name and its price for one unit in minor units.</summary>
public sealed record PricedProduct(string Name, long Price);
