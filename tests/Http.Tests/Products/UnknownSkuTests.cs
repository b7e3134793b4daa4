using System.Net;
using Granary.Api.Products.Cache;
using Granary.Grains.Interfaces;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Granary.Http.Tests.Products;

public sealed class UnknownSkuTests(GranaryApp app)
{
    [Fact]
    public async Task Ten_thousand_guesses_at_SKUs_activate_almost_no_stock_item()
    {
        var guess = Shop.Unique("GUESS");
        var known = app.Services.GetRequiredService<KnownSkus>();
        await Eventually.HoldsAsync(() => !known.MayContain(guess), cancellation: TestContext.Current.CancellationToken);
        using var anyone = app.CreateClient();

        await Parallel.ForAsync(
            0, 10_000, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = TestContext.Current.CancellationToken },
            async (i, cancellation) =>
            {
                using var response = await anyone.GetAsync($"/products/{guess}-{i}", cancellation);
                Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            });

        // A filter for 100,000 SKUs that holds a few is almost never wrong; a full one would be wrong for 10 of these.
        Assert.InRange(await StockItemsOf(guess), 0, 5);
    }

    [Fact]
    public async Task A_guess_that_is_defined_afterwards_is_found_at_once()
    {
        var sku = Shop.Unique("GUESS");
        var shop = app.OpenShop();
        using var missing = await shop.Staff.GetAsync("/products/" + sku, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);

        using var defined = await shop.Staff.SendJson(HttpMethod.Put, "/products/" + sku, new { name = "Cup", price = Shop.Usd(1) });
        await defined.Expect(HttpStatusCode.Created);

        using var found = await shop.Staff.GetAsync("/products/" + sku, TestContext.Current.CancellationToken);
        await found.Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Reserved_units_are_soon_missing_from_the_available_ones()
    {
        var shop = app.OpenShop();
        var sku = await shop.Product(stock: 10);
        using var before = await shop.Staff.GetAsync("/products/" + sku, TestContext.Current.CancellationToken);
        Assert.Equal(10, (await before.Expect(HttpStatusCode.OK)).Number("available"));

        await (await shop.Customer()).Placed((sku, 4));

        await Eventually.HoldsAsync(async () =>
        {
            using var after = await shop.Staff.GetAsync("/products/" + sku, TestContext.Current.CancellationToken);
            return (await after.Expect(HttpStatusCode.OK)).Number("available") == 6;
        }, cancellation: TestContext.Current.CancellationToken);
    }

    private async Task<int> StockItemsOf(string prefix)
    {
        var management = app.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        var active = await management.GetDetailedGrainStatistics();
        return active.Count(grain => grain.GrainId.Key.ToString()!.StartsWith(prefix, StringComparison.Ordinal));
    }
}
