using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Stock;

/// <summary>The catalogue index for front ends, which need not reach the store themselves.</summary>
[Alias("granary.catalogue-grain"), Version(1)]
public interface ICatalogueGrain : IGrainWithIntegerKey
{
    /// <summary>Finds products whose SKU or name contains the text, whatever the case, in the byte order of their SKUs.</summary>
    /// <param name="text">What to look for; null or empty finds every product.</param>
    /// <param name="limit">How many at most, at least 1.</param>
    /// <param name="afterSku">Begin after this SKU; null begins at the first.</param>
    /// <exception cref="CatalogueUnavailableException">The store is out of reach.</exception>
    [Alias("search"), Idempotent]
    Task<IReadOnlyList<string>> Search(string? text, int limit, string? afterSku);
}
