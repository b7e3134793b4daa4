using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Reading;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Reading;
using Granary.Grains.Interfaces.Stock;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.Products;

/// <summary>
/// <c>GET /products</c>: the catalogue index finds the SKUs; the products come from the cache, as for <c>GET /products/{sku}</c>. Where they were
/// read, and how old they are, is said of the index.
/// </summary>
public static class ProductSearch
{
    public static async Task<Results<Ok<ProductPage>, ProblemResult>> Search(
        string? search, string? limit, string? cursor, HttpContext http, [AsParameters] ProductDesk desk)
    {
        var validation = new Validation();
        var text = validation.OptionalText("search", search, Limits.NameLength);
        var count = PageRequest.Limit(limit, validation);
        var after = PageRequest.KeyOf(cursor, Sku.IsValid, validation);
        var demand = Positions.DemandOf(http.Request, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        // One more than a page shows whether another page follows.
        var found = (await desk.Catalogue.FindAsync(text, count + 1, after, demand, http.RequestAborted)).Told(http);

        // They are there, so the cache may know of them.
        foreach (var position in demand.AtLeast.Where(position => position.Kind == PositionKind.Stock))
        {
            desk.Products.Outdate(position.Key, position.Version);
        }

        var skus = found.Take(count).ToList();
        var products = await FindAllAsync(skus, desk, http.RequestAborted);
        var data = products.OfType<Product>()
            .Select(product => ProductBody.From(product, desk.Currency)).ToList();
        return TypedResults.Ok(new ProductPage(data, found.Count > count ? PageRequest.CursorAfter(skus[^1]) : null));
    }

    /// <summary>The products of a page; null where one is gone, or its events are damaged.</summary>
    internal static Task<Product?[]> FindAllAsync(List<string> skus, ProductDesk desk, CancellationToken cancellationToken)
    {
        skus.ForEach(desk.Products.Announce);
        return Task.WhenAll(skus.Select(sku => FindAsync(sku, desk, cancellationToken)));
    }

    /// <summary>The product; null where it is gone, or its events are damaged: the page shows the others.</summary>
    private static async Task<Product?> FindAsync(string sku, ProductDesk desk, CancellationToken cancellationToken)
    {
        try
        {
            return await desk.Products.FindAsync(sku, cancellationToken);
        }
        catch (DamagedDataException)
        {
            return null;
        }
    }
}
