using System.Globalization;
using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Granary.Api.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using NotFound = Granary.Grains.Interfaces.NotFound;

namespace Granary.Api.Users;

/// <summary><c>GET /users/{id}/statement</c>: the movements of a wallet, oldest first.</summary>
public static class WalletStatements
{
    /// <summary>The parameters of the query.</summary>
    public static RouteParameter[] Parameters { get; } =
    [
        new("from", "Begins at the first movement at this time (RFC 3339) or later."),
        new("to", "Ends before the first movement at this time (RFC 3339) or later."),
        RouteParameter.Limit,
        RouteParameter.Cursor,
    ];

    public static async Task<Results<Ok<StatementBody>, ProblemResult>> Read(
        string id, string? from, string? to, string? limit, string? cursor, Caller caller, [AsParameters] UserDesk desk)
    {
        var validation = new Validation();
        var query = new StatementQuery(
            PageRequest.Limit(limit, validation),
            Rfc3339.Time("from", from, validation),
            Rfc3339.Time("to", to, validation),
            PlaceOf(PageRequest.KeyOf(cursor, static key => PlaceOf(key) is not null, validation)));
        validation.Require(query.To is null || query.From is null || query.From <= query.To, "from", "must not be after to");
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var mayRead = UserId.IsValid(id) && (caller.ActsForAll || id == caller.UserId);
        return mayRead && await desk.Grains.GetGrain<IStatementGrain>(0).Read(id, query) is { } page
            ? TypedResults.Ok(new StatementBody(
                [.. page.Movements.Select(movement => MovementBody.From(movement, desk.Currency))],
                page.Next is { } next ? PageRequest.CursorAfter(KeyOf(next)) : null))
            : desk.Problems.For(new NotFound());
    }

    private static string KeyOf(StatementPlace place) =>
        string.Create(CultureInfo.InvariantCulture, $"{place.Version}.{place.Balance}.{(place.Begun ? 1 : 0)}");

    private static StatementPlace? PlaceOf(string? key) =>
        key?.Split('.') is [var version, var balance, "0" or "1"] parts
            && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && long.TryParse(balance, NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
            && at < long.MaxValue / 2 && amount < long.MaxValue / 2
            ? new StatementPlace(at, amount, parts[2] == "1")
            : null;
}

/// <summary>A movement of a wallet.</summary>
/// <param name="Amount">Negative where the wallet has less after it.</param>
/// <param name="Balance">What the wallet has after it, available and held.</param>
/// <param name="OrderId">The order that was paid or refunded.</param>
/// <param name="Reference">What was named with a deposit or withdrawal.</param>
public sealed record MovementBody(
    DateTime At,
    [property: Choices(typeof(MovementType))] string Type,
    Money Amount,
    Money Balance,
    string? OrderId = null,
    string? Reference = null)
{
    /// <summary>Converts a movement to its body.</summary>
    public static MovementBody From(WalletMovement movement, Currency currency) => new(
        movement.At.UtcDateTime,
        Words.Of(movement.Type),
        currency.Of(movement.Amount),
        currency.Of(movement.Balance),
        movement.OrderId,
        movement.Reference);
}

/// <summary>A page of a statement.</summary>
/// <param name="Data">Oldest first.</param>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record StatementBody(IReadOnlyList<MovementBody> Data, string? NextCursor = null);
