namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Creates or changes a product.</summary>
    public Task<Product> PutProductAsync(
        string sku, ProductDefinition product, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Put, "products/" + Segment(sku), Body(product, ClientJson.Default.ProductDefinition),
            ClientJson.Default.Product, repeatable: true, cancellationToken);

    /// <summary>Reads a product.</summary>
    public Task<Product> GetProductAsync(string sku, CancellationToken cancellationToken = default) =>
        GetAsync("products/" + Segment(sku), ClientJson.Default.Product, cancellationToken);

    /// <summary>Finds products whose SKU or name contains a text, page by page; null finds all.</summary>
    public IAsyncEnumerable<Product> SearchProductsAsync(string? text = null, CancellationToken cancellationToken = default) =>
        PagesAsync(text is null ? "products?" : $"products?search={Segment(text)}&", ClientJson.Default.ProductPage, cancellationToken);

    /// <summary>Reads a stock level.</summary>
    public Task<StockLevel> GetStockAsync(string sku, CancellationToken cancellationToken = default) =>
        GetAsync($"products/{Segment(sku)}/stock", ClientJson.Default.StockLevel, cancellationToken);

    /// <summary>Adds stock, or removes stock if the quantity is negative.</summary>
    /// <param name="idempotencyKey">
    /// Identifies the adjustment: a second call with it changes nothing. A new key by default.
    /// </param>
    public Task<StockLevel> AdjustStockAsync(
        string sku, long quantity, string reason, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"products/{Segment(sku)}/stock-adjustments",
            Body(new StockAdjustment(quantity, reason), ClientJson.Default.StockAdjustment), ClientJson.Default.StockLevel,
            repeatable: true, cancellationToken, idempotencyKey ?? Guid.CreateVersion7().ToString());
}
