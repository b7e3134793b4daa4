using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Stock;

/// <summary>The catalogue index for front ends, which need no access to the store.</summary>
[Alias("granary.catalogue-grain"), Version(1)]
public interface ICatalogueGrain : IGrainWithIntegerKey
{
    /// <summary>Finds products whose SKU or name contains the text, ignoring case, in the byte order of their SKUs.</summary>
    /// <param name="text">The text to find; null or empty finds every product.</param>
    /// <param name="limit">Maximum number of results, at least 1.</param>
    /// <param name="afterSku">The search starts after this SKU; null starts at the first.</param>
    /// <exception cref="CatalogueUnavailableException">The store cannot be reached.</exception>
    [Alias("search"), Idempotent]
    Task<IReadOnlyList<string>> Search(string? text, int limit, string? afterSku);
}
