using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Reading;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Reading;
using Granary.Grains.Interfaces.Stock;
using Microsoft.AspNetCore.Http.HttpResults;
using NotFound = Granary.Grains.Interfaces.NotFound;

namespace Granary.Api.Products;

/// <summary>The endpoints of products and their stock.</summary>
public static class ProductEndpoints
{
    /// <summary>Maps them under <c>/products</c>.</summary>
    public static RouteGroupBuilder MapProducts(this IEndpointRouteBuilder routes)
    {
        var products = routes.MapGroup("/products").WithTags("Products").Describes("sku", "The SKU of the product.");
        products.MapGet("/", ProductSearch.Search).WithName("SearchProducts").AllowAnonymous().IsDear(DearKind.Search).AnswersAtLength()
            .WithSummary("Search the catalogue")
            .TakesOnly(
                new("search", "Only products that have this in their name or SKU, whatever the case."), RouteParameter.Limit, RouteParameter.Cursor).IsListRead()
            .Answers(ProblemTypes.Validation);
        products.MapPut("/{sku}", Define).WithName("DefineProduct").RequireAuthorization(Policies.Admin).Scope(Scopes.ProductsWrite)
            .WithSummary("Create or change a product").IsConditionalChange().TellsPosition()
            .WithExample("""{ "name": "Stoneware cup", "description": "Holds 0.3 l.", "price": { "amount": 1400, "currency": "USD" } }""")
            .Answers(ProblemTypes.IllegalTransition);
        products.MapGet("/{sku}", Get).WithName("GetProduct").AllowAnonymous()
            .WithSummary("Read a product").IsConditionalRead().TakesPositions()
            .Answers(ProblemTypes.NotFound);
        products.MapGet("/{sku}/stock", GetStock).WithName("GetStock").RequireAuthorization(Policies.Operator).Scope(Scopes.StockRead)
            .WithSummary("Read a product's stock level")
            .Answers(ProblemTypes.NotFound);
        products.MapPost("/{sku}/stock-adjustments", Adjust).WithName("AdjustStock").RequireAuthorization(Policies.Operator).Scope(Scopes.StockWrite)
            .WithSummary("Add or take out stock")
            .WithExample("""{ "quantity": 100, "reason": "delivery" }""")
            .Reads(RequestHeader.IdempotencyKey).TellsPosition()
            .Answers(ProblemTypes.NotFound, ProblemTypes.InsufficientStock, ProblemTypes.IdempotencyKeyReused);
        return products;
    }

    private static async Task<Results<Ok<ProductBody>, Created<ProductBody>, ProblemResult>> Define(
        string sku, DefineProductRequest request, Caller caller, HttpContext http, [AsParameters] ProductDesk desk)
    {
        var validation = new Validation();
        Sku.Check("sku", sku, validation);
        var command = new DefineProduct(
            validation.Text("name", request.Name, Limits.NameLength),
            validation.OptionalText("description", request.Description, Limits.TextLength, multiline: true),
            validation.Amount("price", request.Price, desk.Currency, 0, Limits.Price),
            StatusOf(request.Status, validation),
            caller.UserId,
            Preconditions.Of(http.Request, validation));
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var reply = await desk.Grains.StockItem(sku).Define(command);
        if (reply.Product is not { } product)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        await desk.Products.LearnAsync(product);
        desk.Catalogue.Forget();
        http.Response.Headers.ETag = EntityTag.Of(RevisionOf(product));
        Positions.Tell(http, product);
        var body = ProductBody.From(product, desk.Currency);
        return reply.Created ? TypedResults.Created("/products/" + sku, body) : TypedResults.Ok(body);
    }

    private static async Task<Results<Ok<ProductBody>, StatusCodeHttpResult, ProblemResult>> Get(
        string sku, HttpContext http, [AsParameters] ProductDesk desk)
    {
        var validation = new Validation();
        var demand = Positions.DemandOf(http.Request, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var found = Sku.IsValid(sku) ? await FindAsync(sku, demand, desk, http.RequestAborted) : null;
        if (found is not { } product)
        {
            return desk.Problems.For(new NotFound());
        }

        // What is available changes with every order, and the tag does not: an answer that a cache kept would stay valid for ever.
        http.Response.Headers.CacheControl = "no-store";
        return Preconditions.Answer(http, RevisionOf(product), desk.Problems, () => ProductBody.From(product, desk.Currency));
    }

    /// <summary>
    /// The product as the cache has it, or the stock item where that is older than demanded. What a caller demands is no news to the cache before the
    /// stock item has confirmed it.
    /// </summary>
    private static async Task<Product?> FindAsync(string sku, ReadDemand demand, ProductDesk desk, CancellationToken cancellationToken)
    {
        var product = await desk.Products.FindAsync(sku, cancellationToken);
        var demanded = demand.AtLeast.Where(position => position.Kind == PositionKind.Stock && position.Key == sku).ToList();
        if (demanded.Count == 0 || product?.Version >= demanded.Max(position => position.Version))
        {
            return product;
        }

        var newest = demanded.MaxBy(position => position.Version);
        product = (await desk.Grains.StockItem(sku).GetProduct()).Product;
        if (product is null || product.Version < newest.Version)
        {
            throw new PositionNotReachedException(newest);
        }

        await desk.Products.LearnAsync(product);
        return product;
    }

    /// <summary>
    /// The version of what a PUT changes, which no sale changes. A silo of release 0.1.0 does not tell it: then the version of the stock
    /// item stands for its definition at that version, and for no other.
    /// </summary>
    private static long RevisionOf(Product product) => product.Revision > 0 ? product.Revision : product.Version;

    private static async Task<Results<Ok<StockBody>, ProblemResult>> GetStock(
        string sku, Caller caller, [AsParameters] ProductDesk desk)
    {
        var reply = Sku.IsValid(sku) ? await desk.Grains.StockItem(sku).GetLevel() : null;
        return reply?.Level is { } level ? TypedResults.Ok(StockBody.From(level)) : AbsentOr(reply?.Refusal, desk);
    }

    private static async Task<Results<Created<StockBody>, Ok<StockBody>, ProblemResult>> Adjust(
        string sku, AdjustStockRequest request, Caller caller, HttpContext http, [AsParameters] ProductDesk desk)
    {
        var validation = new Validation();
        var key = IdempotencyKey.From(http.Request.Headers[IdempotencyKey.Header], validation);
        var quantity = validation.Number("quantity", request.Quantity, -Limits.StockUnits, Limits.StockUnits);
        validation.Require(request.Quantity != 0, "quantity", "must not be 0");
        var reason = validation.Text("reason", request.Reason, Limits.TextLength);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var command = new AdjustStock(quantity, reason, key, caller.UserId);
        var reply = Sku.IsValid(sku) ? await desk.Grains.StockItem(sku).Adjust(command) : null;
        if (reply?.Level is not { } level)
        {
            var refused = AbsentOr(reply?.Refusal, desk);
            return reply?.Refusal is InsufficientStock
                ? new ProblemResult(refused.Value with { Detail = "The stock on hand cannot fall below what orders have reserved. Nothing was changed." })
                : refused;
        }

        desk.Products.Outdate(sku, level.Version);
        Positions.Tell(http, level);
        if (!reply.Replayed)
        {
            return TypedResults.Created($"/products/{sku}/stock", StockBody.From(level));
        }

        http.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Ok(StockBody.From(level));
    }

    /// <summary>A product that is named by the address and unknown is not found; any other refusal speaks for itself.</summary>
    private static ProblemResult AbsentOr(Refusal? refusal, ProductDesk desk) =>
        desk.Problems.For(refusal is null or UnknownProduct ? new NotFound() : refusal);

    private static StockStatus? StatusOf(string? word, Validation validation)
    {
        if (word is null)
        {
            return null;
        }

        var status = Words.Find<StockStatus>(word);
        validation.Require(status is not null, "status", "must be active, suspended or discontinued");
        return status;
    }
}
