using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;

namespace Granary.Api.Start;

/// <summary>
/// Adds a few products to an empty store, so that a new user has something to order. Only in Development, and never beside
/// existing products.
/// </summary>
public sealed class SampleCatalogue(IGrainFactory grains, IHostEnvironment environment) : IHostedService
{
    private static readonly IReadOnlyList<(string Sku, string Name, string Description, long Price, long Stock)> Products =
    [
        ("TEA-EARL-GREY", "Earl Grey, 250 g", "Black tea with oil of bergamot, loose leaf.", 1250, 200),
        ("TEA-SENCHA", "Sencha, 100 g", "Green tea from Shizuoka, first flush.", 1480, 120),
        ("COFFEE-HARAR", "Harar coffee, 500 g", "Whole beans from Ethiopia, medium roast.", 1690, 150),
        ("COFFEE-DECAF", "Decaf blend, 500 g", "Whole beans, decaffeinated with water.", 1590, 80),
        ("CUP-STONEWARE", "Stoneware cup", "Holds 0.3 l, dishwasher safe.", 1400, 300),
        ("POT-CAST-IRON", "Cast-iron teapot", "Holds 0.8 l, enamelled inside, with a strainer.", 5900, 25),
        ("MILL-HAND", "Hand mill", "Conical steel burrs, adjustable.", 7900, 40),
        ("KETTLE-GOOSENECK", "Gooseneck kettle", "Holds 1 l, for the stove.", 6450, 30),
        ("FILTER-100", "Paper filters, 100 pieces", "Size 02, unbleached.", 590, 1000),
        ("HONEY-LINDEN", "Linden honey, 500 g", "From one apiary, not heated.", 1150, 90),
        ("SUGAR-CANE", "Cane sugar, 1 kg", "Raw, in cubes.", 420, 400),
        ("SPOON-BRASS", "Brass spoon", "Measures one level spoon of tea.", 980, 5),
    ];

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!environment.IsDevelopment() || (await grains.GetGrain<ICatalogueGrain>(0).Search(null, 1, null)).Count > 0)
        {
            return;
        }

        await Task.WhenAll(Products.Select(product => Shelve(product.Sku, product.Name, product.Description, product.Price, product.Stock)));
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Shelve(string sku, string name, string description, long price, long stock)
    {
        var item = grains.StockItem(sku);
        await item.Define(new DefineProduct(name, description, price, StockStatus.Active, UserId.System));
        await item.Adjust(new AdjustStock(stock, "sample catalogue", "sample-catalogue", UserId.System));
    }
}
