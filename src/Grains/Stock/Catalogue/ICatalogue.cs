using Granary.Grains.Interfaces.Stock;

namespace Granary.Grains.Stock.Catalogue;

/// <summary>
/// The index that finds products by text. It is a read model: the stock items own the products and write here after a change
/// is durable; a write that was lost is made good by the next one. A new product is entered before it exists, so that the index
/// never lacks one; a definition that failed leaves a SKU without a product.
/// </summary>
public interface ICatalogue
{
    /// <summary>Enters or renews a product. An older version than the one entered changes nothing.</summary>
    /// <exception cref="CatalogueUnavailableException">The store is out of reach; nothing was entered.</exception>
    Task UpsertAsync(Product product, CancellationToken cancellationToken);

    /// <summary>Finds products whose SKU or name contains the text, whatever the case, in the byte order of their SKUs.</summary>
    /// <param name="text">What to look for; null or empty finds every product.</param>
    /// <param name="limit">How many at most, at least 1.</param>
    /// <param name="afterSku">Begin after this SKU; null begins at the first.</param>
    /// <exception cref="CatalogueUnavailableException">The store is out of reach.</exception>
    Task<IReadOnlyList<string>> SearchAsync(string? text, int limit, string? afterSku, CancellationToken cancellationToken);
}
