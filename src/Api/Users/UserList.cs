using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.Users;

/// <summary><c>GET /users</c>: users by user name.</summary>
public static class UserList
{
    /// <summary>The parameters of the list.</summary>
    public static RouteParameter[] Parameters { get; } =
    [
        new("search", "Only users that have this in their user name or display name, whatever the case."),
        new("role", "Only users that have this role.", Roles.All),
        new("status", "Only users that have this status.", Words.AllOf(typeof(UserStatus))),
        RouteParameter.Limit,
        RouteParameter.Cursor,
    ];

    public static async Task<Results<Ok<UserListBody>, ProblemResult>> List(
        string? search, string? role, string? status, string? limit, string? cursor, UserSearch users, [AsParameters] UserDesk desk)
    {
        var validation = new Validation();
        var state = status is null ? null : Words.Find<UserStatus>(status);
        var query = new UserQuery
        {
            Limit = PageRequest.Limit(limit, validation),
            Search = validation.OptionalText("search", search, Limits.NameLength),
            Role = role,
            Status = state,
            After = PageRequest.KeyOf(cursor, UserId.IsValidName, validation),
        };
        validation.Require(role is null || Roles.All.Contains(role), "role", $"is not one of {string.Join(", ", Roles.All)}");
        validation.Require(status is null || state is not null, "status", "is not a status of a user");
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var page = await users.FindAsync(query);
        return TypedResults.Ok(new UserListBody(
            [.. page.Users.Select(user => UserBody.From(user, desk.Currency))],
            page.Next is { } next ? PageRequest.CursorAfter(next) : null));
    }
}

/// <summary>A page of users.</summary>
/// <param name="Data">By user name.</param>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record UserListBody(IReadOnlyList<UserBody> Data, string? NextCursor = null);
