using Orleans.CodeGeneration;

namespace Granary.Stock;

/// <summary>The catalogue index for front ends, which need not reach the store themselves.</summary>
[Alias("granary.catalogue-grain"), Version(1)]
public interface ICatalogueGrain : IGrainWithIntegerKey
{
    /// <summary>As <see cref="ICatalogue.SearchAsync"/>.</summary>
    [Alias("search"), Idempotent]
    Task<IReadOnlyList<string>> Search(string? text, int limit, string? afterSku);
}
