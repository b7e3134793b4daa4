using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.BackOffice;

namespace Granary.Api.BackOffice;

/// <summary>The endpoints by which staff look at what has happened. What they answer is in <c>docs/back-office.md</c>.</summary>
public static class BackOfficeEndpoints
{
    /// <summary>Maps them.</summary>
    public static void MapBackOffice(this IEndpointRouteBuilder routes)
    {
        var audit = routes.MapGroup("").WithTags("Back office");
        audit.MapGet("/audit", AuditLists.ListAudit).WithName("ListAudit").RequireAuthorization(Policies.Admin).AnswersAtLength()
            .WithSummary("List who changed what, newest first")
            .TakesOnly(AuditLists.Parameters)
            .Answers(ProblemTypes.Validation);
        var letters = routes.MapGroup("/dead-letters").WithTags("Back office").RequireAuthorization(Policies.Admin).Describes("id", "The id of the dead letter.");
        letters.MapGet("/", DeadLetters.List).WithName("ListDeadLetters").AnswersAtLength()
            .WithSummary("List the events that consumers could not take, oldest first")
            .TakesOnly(DeadLetters.Parameters)
            .Answers(ProblemTypes.Validation);
        letters.MapPost("/{id}/replay", DeadLetters.Replay).WithName("ReplayDeadLetter")
            .WithSummary("Have the consumer try a dead letter again")
            .Answers(ProblemTypes.NotFound, ProblemTypes.DeadLetterRefused);
        var stock = routes.MapGroup("").WithTags("Products").RequireAuthorization(Policies.Operator);
        stock.MapGet("/products/{sku}/stock-adjustments", AuditLists.ListAdjustments).WithName("ListStockAdjustments").Scope(Scopes.StockRead).AnswersAtLength()
            .WithSummary("List a product's stock movements by hand, newest first")
            .Describes("sku", "The SKU of the product.")
            .TakesOnly(RouteParameter.Limit, RouteParameter.Cursor)
            .Answers(ProblemTypes.Validation, ProblemTypes.NotFound);
        stock.MapGet("/stock", StockLevels.List).WithName("ListStock").Scope(Scopes.StockRead).AnswersAtLength()
            .WithSummary("List stock levels, the lowest available first")
            .TakesOnly(StockLevels.Parameters)
            .Answers(ProblemTypes.Validation);
    }
}

/// <summary>The services of the back office.</summary>
public readonly record struct BackOfficeDesk(IGrainFactory Grains, Currency Currency, RefusalProblems Problems)
{
    /// <summary>The grain that answers lists.</summary>
    public IBackOfficeGrain Lists => Grains.GetGrain<IBackOfficeGrain>(0);

    /// <summary>The grain of dead letters.</summary>
    public IDeadLetterGrain DeadLetters => Grains.GetGrain<IDeadLetterGrain>(0);
}
