using System.Text;
using ADRaffy.ENSNormalize;
using Granary.Grains.Interfaces.Stock;

namespace Granary.Grains.Stock.Catalogue;

/// <summary>The index entry of a product.</summary>
/// <param name="Search">The searched text: SKU and name, folded, on separate lines so that no match spans both.</param>
/// <param name="Version">The product's version when the entry was written.</param>
internal readonly record struct CatalogueEntry(string Sku, string Search, long Version)
{
    public static CatalogueEntry Of(Product product) =>
        new(product.Sku, Fold(product.Sku + "\n" + product.Name), product.Version);

    /// <summary>
    /// The form in which texts are compared: composed (NFC), and without case. Letters are made upper case first, because several lower
    /// case letters have one upper case, as the two sigmas of Greek. The databases themselves fold only ASCII, or by a locale, and the
    /// runtime's own normalization does nothing without ICU.
    /// </summary>
    public static string Fold(string? text) => text is null ? ""
        : Ascii.IsValid(text) ? text.ToLowerInvariant()
        : ENSNormalize.NF.NFC(text).ToUpperInvariant().ToLowerInvariant();

    /// <summary>
    /// The form in which release 0.1.0 has written entries, and in which they stay until their product is next activated.
    /// </summary>
    public static string FoldOfEarlierRelease(string? text) => text?.ToLowerInvariant() ?? "";

    /// <summary>
    /// Whether this entry replaces the previous one. A product's version also grows with every order, which changes nothing that
    /// is searched: such a version is not written, so activating stock items only read. An entry of the same version differs where an
    /// earlier release has folded it.
    /// </summary>
    public bool Renews(string search, long version) => Version >= version && Search != search;
}
