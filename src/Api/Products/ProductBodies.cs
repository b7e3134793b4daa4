using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Stock;

namespace Granary.Api.Products;

/// <summary>The body of <c>PUT /products/{sku}</c>.</summary>
public sealed record DefineProductRequest
{
    [Required]
    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>The price of one unit, at least 0.</summary>
    [Required]
    public MoneyRequest? Price { get; init; }

    /// <summary><c>active</c>, <c>suspended</c> or <c>discontinued</c>; if absent, the status does not change.</summary>
    [Choices(typeof(StockStatus))]
    public string? Status { get; init; }
}

/// <summary>The body of <c>POST /products/{sku}/stock-adjustments</c>.</summary>
public sealed record AdjustStockRequest
{
    /// <summary>Units to add; negative removes units.</summary>
    [Required]
    public long? Quantity { get; init; }

    [Required]
    public string? Reason { get; init; }
}

/// <summary>A product.</summary>
/// <param name="Available">Units that can be ordered now.</param>
public sealed record ProductBody(
    string Sku,
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Description,
    Money Price,
    [property: Choices(typeof(StockStatus))] string Status,
    long Available)
{
    /// <summary>Converts a product to its body.</summary>
    public static ProductBody From(Product product, Currency currency) => new(
        product.Sku, product.Name, product.Description, currency.Of(product.Price), Words.Of(product.Status), product.Available);
}

/// <summary>A page of products.</summary>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record ProductPage(IReadOnlyList<ProductBody> Data, string? NextCursor = null);

/// <summary>A stock level in units.</summary>
public sealed record StockBody(string Sku, long OnHand, long Reserved, long Available, long Sold, long Received)
{
    /// <summary>Converts a stock level to its body.</summary>
    public static StockBody From(StockLevel level) =>
        new(level.Sku, level.OnHand, level.Reserved, level.Available, level.Sold, level.Received);
}
