using System.Collections.Concurrent;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Stock.Catalogue;

namespace Granary.Silo.Tests.Saga;

/// <summary>A catalogue that records which SKUs were written; these tests search for nothing else.</summary>
public sealed class RecordedCatalogue : ICatalogue
{
    private readonly ConcurrentDictionary<string, bool> _skus = new();

    /// <summary>Whether a product with this SKU was written.</summary>
    public bool Has(string sku) => _skus.ContainsKey(sku);

    public Task UpsertAsync(Product product, CancellationToken cancellationToken)
    {
        _skus[product.Sku] = true;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> SearchAsync(string? text, int limit, string? afterSku, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);
}
