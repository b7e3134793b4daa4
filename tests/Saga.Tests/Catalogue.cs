using Granary.Stock;

namespace Granary.Saga.Tests;

/// <summary>These tests look at stock, not at the catalogue: entries go nowhere.</summary>
internal sealed class NoCatalogue : ICatalogue
{
    public Task UpsertAsync(Product product, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<string>> SearchAsync(string? text, int limit, string? afterSku, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);
}
