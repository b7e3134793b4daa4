namespace Granary.Programs.Tests.Benchmarks;

/// <summary>One product without a rate limit, for every scenario.</summary>
public sealed class UnlimitedProduct : IAsyncLifetime
{
    private Product? _product;

    public Uri Address => _product!.Address;

    public async ValueTask InitializeAsync() => _product = await Product.StartAsync(["--Granary:RateLimit:PermitsPerSecond=0"]);

    public ValueTask DisposeAsync() => _product?.DisposeAsync() ?? ValueTask.CompletedTask;
}
