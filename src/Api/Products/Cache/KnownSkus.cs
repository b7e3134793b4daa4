namespace Granary.Api.Products.Cache;

/// <summary>
/// The SKUs of all products, precisely enough to reject most SKUs that were never defined. It grows in layers, each twice as
/// large as the one before and with half its false-positive rate, so all layers together have at most twice the rate of the first
/// one (P. S. Almeida et al., Scalable Bloom Filters, 2007). Until <see cref="Complete"/> is called it rejects no SKU.
/// </summary>
/// <param name="expected">Number of SKUs that the first layer is sized for.</param>
public sealed class KnownSkus(int expected)
{
    // A rate of one in a thousand costs 14.4 bits per SKU: 180 KB for the default of 100,000.
    private const double FirstFalseRate = 0.001;

    private readonly Lock _lock = new();
    private BloomFilter[] _layers = [new BloomFilter(expected, FirstFalseRate)];
    private int _inLastLayer;
    private volatile bool _complete;

    /// <summary>Whether a product with this SKU may exist; false is certain.</summary>
    public bool MayContain(string sku) => !_complete || IsIn(Volatile.Read(ref _layers), sku);

    /// <summary>Adds a SKU.</summary>
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

    /// <summary>Declares that every existing product has been added, and that every new one will be.</summary>
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
