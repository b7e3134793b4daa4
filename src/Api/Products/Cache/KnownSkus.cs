namespace Granary.Api.Products.Cache;

/// <summary>
/// The SKUs of all products, closely enough to turn away most that nobody has ever defined. It grows by layers, each twice as
/// large as the one before and half as often wrong, so that all together are wrong for at most twice the first one's share of
/// strangers (P. S. Almeida et al., Scalable Bloom Filters, 2007). Until <see cref="Complete"/> it turns nobody away.
/// </summary>
/// <param name="expected">How many SKUs the first layer is made for.</param>
public sealed class KnownSkus(int expected)
{
    // A thousandth costs 14.4 bits a SKU: 180 KB for the default of 100,000.
    private const double FirstFalseRate = 0.001;

    private readonly Lock _lock = new();
    private BloomFilter[] _layers = [new BloomFilter(expected, FirstFalseRate)];
    private int _inLastLayer;
    private volatile bool _complete;

    /// <summary>Whether a product with this SKU may exist; no is certain.</summary>
    public bool MayContain(string sku) => !_complete || IsIn(Volatile.Read(ref _layers), sku);

    /// <summary>Notes a SKU.</summary>
    public void Add(string sku)
    {
        if (IsIn(Volatile.Read(ref _layers), sku))
        {
            return;
        }

        lock (_lock)
        {
            var last = _layers[^1];
            if (_inLastLayer == last.Capacity)
            {
                last = new BloomFilter(last.Capacity * 2, FirstFalseRate / Math.Pow(2, _layers.Length));
                Volatile.Write(ref _layers, [.. _layers, last]);
                _inLastLayer = 0;
            }

            last.Add(sku);
            _inLastLayer++;
        }
    }

    /// <summary>Says that every product there is has been added, and that every new one will be.</summary>
    public void Complete() => _complete = true;

    private static bool IsIn(BloomFilter[] layers, string sku)
    {
        foreach (var layer in layers)
        {
            if (layer.MayContain(sku))
            {
                return true;
            }
        }

        return false;
    }
}
