using Granary.Grains.Interfaces.Stock;

namespace Granary.Grains.Stock.Catalogue;

/// <summary>What the index keeps of a product.</summary>
/// <param name="Search">What is searched: SKU and name in lower case, on lines of their own so that no text spans both.</param>
/// <param name="Version">The product's version at the time.</param>
internal readonly record struct CatalogueEntry(string Sku, string Search, long Version)
{
    public static CatalogueEntry Of(Product product) =>
        new(product.Sku, Fold(product.Sku + "\n" + product.Name), product.Version);

    /// <summary>The form in which texts are compared. The databases fold ASCII only, or by a locale.</summary>
    public static string Fold(string? text) => (text ?? "").ToLowerInvariant();

    /// <summary>
    /// Whether this entry makes the one before it obsolete. A product's version also grows with every order, which changes
    /// nothing that is searched: such a version is not written, so that waking stock items only read.
    /// </summary>
    public bool Renews(string search, long version) => Version > version && Search != search;
}
