namespace Granary.Programs.Tests.Operations;

/// <summary>
/// A product for the tests of its metrics, in a separate process: meters belong to the process, and another product that ends in
/// the same process would remove its metrics.
/// </summary>
[CollectionDefinition]
public sealed class ScrapedProduct : IAsyncLifetime, ICollectionFixture<ScrapedProduct>
{
    private ProductProcess? _process;

    internal Uri Address => _process!.Address;

    internal Shop Shop => _process!.Shop;

    public async ValueTask InitializeAsync() => _process = await ProductProcess.StartAsync();

    public ValueTask DisposeAsync() => _process!.DisposeAsync();
}
