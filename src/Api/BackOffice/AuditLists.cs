using System.Globalization;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Products;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Microsoft.AspNetCore.Http.HttpResults;
using NotFound = Granary.Grains.Interfaces.NotFound;

namespace Granary.Api.BackOffice;

/// <summary><c>GET /audit</c>, and <c>GET /products/{sku}/stock-adjustments</c>, which is a part of it.</summary>
public static class AuditLists
{
    /// <summary>The parameters of the audit.</summary>
    public static RouteParameter[] Parameters { get; } =
    [
        new("subject", "Only changes of this, such as product/CUP, user/ID or order/ID."),
        new("actor", "Only changes by this user or key, or by system."),
        new("from", "Only changes at this time (RFC 3339) or later."),
        new("to", "Only changes before this time (RFC 3339)."),
        RouteParameter.Limit,
        RouteParameter.Cursor,
    ];

    public static async Task<Results<Ok<AuditListBody>, ProblemResult>> ListAudit(
        string? subject, string? actor, string? from, string? to, string? limit, string? cursor, [AsParameters] BackOfficeDesk desk)
    {
        var validation = new Validation();
        var query = new AuditQuery
        {
            Limit = PageRequest.Limit(limit, validation),
            Subject = validation.OptionalText("subject", subject, Limits.NameLength),
            Actor = validation.OptionalText("actor", actor, Limits.NameLength),
            From = Rfc3339.Time("from", from, validation),
            To = Rfc3339.Time("to", to, validation),
            After = PlaceOf(cursor, validation),
        };
        validation.Require(query.To is null || query.From is null || query.From <= query.To, "from", "must not be after to");
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var page = await desk.Lists.ListAudit(query);
        return TypedResults.Ok(new AuditListBody([.. page.Lines.Select(line => AuditEntryBody.Of(line, desk.Currency))], CursorAfter(page)));
    }

    public static async Task<Results<Ok<StockAdjustmentListBody>, ProblemResult>> ListAdjustments(
        string sku, string? limit, string? cursor, [AsParameters] BackOfficeDesk desk)
    {
        var validation = new Validation();
        var query = new AuditQuery
        {
            Limit = PageRequest.Limit(limit, validation),
            Subject = "product/" + sku,
            OnlyAdjustments = true,
            After = PlaceOf(cursor, validation),
        };
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        if (!Sku.IsValid(sku) || (await desk.Grains.StockItem(sku).GetLevel()).Level is null)
        {
            return desk.Problems.For(new NotFound());
        }

        var page = await desk.Lists.ListAudit(query);
        return TypedResults.Ok(new StockAdjustmentListBody([.. page.Lines.Select(StockAdjustmentBody.Of)], CursorAfter(page)));
    }

    private static string? CursorAfter(AuditPage page) => page is { More: true, Lines: [.., var last] }
        ? PageRequest.CursorAfter(last.At, last.Position.ToString(CultureInfo.InvariantCulture))
        : null;

    private static AuditPlace? PlaceOf(string? cursor, Validation validation) =>
        PageRequest.PlaceOf(cursor, static key => PositionOf(key) is not null, validation) is { } place ? new AuditPlace(place.At, PositionOf(place.Key)!.Value) : null;

    private static long? PositionOf(string key) =>
        long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : null;
}
