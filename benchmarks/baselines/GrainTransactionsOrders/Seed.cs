namespace Granary.Baselines.GrainTransactions;

/// <summary>
/// Creates users <c>user-1…</c> and products <c>sku-1…</c> that do not exist. A hosted service that is added after the silo's runs after
/// the silo has started and before the web server listens, so every request finds the users and products.
/// </summary>
public sealed class Seed(IGrainFactory grains, IConfiguration configuration) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var users = configuration.GetValue("Seed:Users", 1_000);
        var products = configuration.GetValue("Seed:Products", 1_000);
        var units = configuration.GetValue("Seed:Units", 1_000_000_000_000);
        await Parallel.ForAsync(1, users + 1, cancellationToken, async (n, _) =>
            await Retry.UntilDecidedAsync(() => grains.GetGrain<IWalletGrain>($"user-{n}").OpenAsync(1_000_000_000_000_000)));
        await Parallel.ForAsync(1, products + 1, cancellationToken, async (n, _) =>
            await Retry.UntilDecidedAsync(() => grains.GetGrain<IStockGrain>($"sku-{n}").OpenAsync($"Product {n}", 1_999, units)));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
