using Granary.Grains.Interfaces.Stock;
using Orleans.Concurrency;

namespace Granary.Grains.Stock.Catalogue;

/// <summary>Searches the catalogue on the silo that receives the call, with the same concurrency as order lists.</summary>
[StatelessWorker(maxLocalWorkers: 16)]
public sealed class CatalogueGrain(ICatalogue catalogue) : Grain, ICatalogueGrain
{
    public Task<IReadOnlyList<string>> Search(string? text, int limit, string? afterSku) =>
        catalogue.SearchAsync(text, limit, afterSku, CancellationToken.None);
}
