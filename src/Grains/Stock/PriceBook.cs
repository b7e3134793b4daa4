using System.Collections.Concurrent;

namespace Granary.Grains.Stock;

/// <summary>
/// The last known name and price of products, per silo. It lets an order hold money while its stock is being reserved. Every
/// reservation confirms the price that the order was computed with, so an outdated entry costs a second attempt and never a wrong
/// price.
/// </summary>
public sealed class PriceBook
{
    private readonly ConcurrentDictionary<string, PricedProduct> _products = new(StringComparer.Ordinal);

    /// <summary>The last known name and price, or null.</summary>
    public PricedProduct? Find(string sku) => _products.GetValueOrDefault(sku);

    /// <summary>Remembers a name and price that a stock item has reported.</summary>
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
