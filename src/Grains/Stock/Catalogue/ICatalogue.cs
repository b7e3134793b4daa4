using Granary.Grains.Interfaces.Stock;

namespace Granary.Grains.Stock.Catalogue;

/// <summary>
/// The index that finds products by text. It is a read model: the stock items own the products and write here after a change is
/// durable; the next write repairs one that was lost. A new product is entered before it exists, so the index never lacks one; a
/// failed definition leaves a SKU without a product.
/// </summary>
public interface ICatalogue
{
    /// <summary>Adds or updates a product. A version older than the stored one changes nothing.</summary>
    /// <exception cref="CatalogueUnavailableException">The store cannot be reached; nothing was written.</exception>
    Task UpsertAsync(Product product, CancellationToken cancellationToken);

    /// <summary>Finds products whose SKU or name contains the text, ignoring case, in the byte order of their SKUs.</summary>
    /// <param name="text">The text to find; null or empty finds every product.</param>
    /// <param name="limit">Maximum number of results, at least 1.</param>
    /// <param name="afterSku">The search starts after this SKU; null starts at the first.</param>
    /// <exception cref="CatalogueUnavailableException">The store cannot be reached.</exception>
    Task<IReadOnlyList<string>> SearchAsync(string? text, int limit, string? afterSku, CancellationToken cancellationToken);
}
