using System.Globalization;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Products;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Stock;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.BackOffice;

/// <summary><c>GET /stock</c>: the stock levels of all products, the lowest available first.</summary>
public static class StockLevels
{
    /// <summary>The parameters of the list.</summary>
    public static RouteParameter[] Parameters { get; } =
    [
        new("low", "true: only products at or below Granary:Stock:LowThreshold.", ["true", "false"]),
        RouteParameter.Limit,
        RouteParameter.Cursor,
    ];

    public static async Task<Results<Ok<StockListBody>, ProblemResult>> List(
        string? low, string? limit, string? cursor, HttpContext http, [AsParameters] ProductDesk desk)
    {
        var validation = new Validation();
        var query = new StockQuery(
            PageRequest.Limit(limit, validation),
            low == "true",
            PlaceOf(PageRequest.KeyOf(cursor, static key => PlaceOf(key) is not null, validation)));
        validation.Require(low is null or "true" or "false", "low", "must be true or false");
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var page = await desk.Grains.GetGrain<IBackOfficeGrain>(0).ListStock(query);
        var known = await ProductSearch.FindAllAsync([.. page.Levels.Select(level => level.Sku)], desk, http.RequestAborted);
        return TypedResults.Ok(new StockListBody(
            [.. page.Levels.Zip(known, StockItemBody.From)],
            page is { More: true, Levels: [.., var last] }
                ? PageRequest.CursorAfter(string.Create(CultureInfo.InvariantCulture, $"{last.Available}.{last.Sku}"))
                : null));
    }

    private static StockPlace? PlaceOf(string? key) =>
        key?.Split('.', 2) is [var available, var sku]
            && long.TryParse(available, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var units)
            && Sku.IsValid(sku)
            ? new StockPlace(units, sku)
            : null;
}

/// <summary>A stock level in units, and what it is of.</summary>
/// <param name="Name">The name of the product; absent, as its status, where the product cannot be read.</param>
public sealed record StockItemBody(
    string Sku,
    long OnHand,
    long Reserved,
    long Available,
    long Sold,
    long Received,
    string? Name = null,
    [property: Choices(typeof(StockStatus))] string? Status = null)
{
    /// <summary>Converts a stock level and its product to their body.</summary>
    public static StockItemBody From(StockLevel level, Product? product) => new(
        level.Sku,
        level.OnHand,
        level.Reserved,
        level.Available,
        level.Sold,
        level.Received,
        product?.Name,
        product is null ? null : Words.Of(product.Status));
}

/// <summary>A page of stock levels.</summary>
/// <param name="Data">The lowest available first.</param>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record StockListBody(IReadOnlyList<StockItemBody> Data, string? NextCursor = null);
