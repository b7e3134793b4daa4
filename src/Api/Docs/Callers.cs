using Granary.Api.Auth;
using Microsoft.AspNetCore.Authorization;
using UserRoles = Granary.Grains.Interfaces.Users.Roles;

namespace Granary.Api.Docs;

/// <summary>Who may call a route: users of certain roles, and the one whom it concerns.</summary>
/// <param name="Concerned">Such as "the owner of the order"; null where only roles count.</param>
/// <param name="Roles">Roles of which a caller needs one.</param>
public sealed record Callers(string? Concerned, params IReadOnlyList<string> Roles)
{
    private static readonly Callers Anyone = new("anyone, without a token");
    private static readonly Callers AnyUser = new("any user");

    /// <summary>The scope with which an API key may call it; null where none may, or where everyone may.</summary>
    public string? Scope { get; private init; }

    /// <summary>Whether every user needs one of the roles.</summary>
    public bool NeedRole => Concerned is null;

    /// <summary>The callers of a route: those that it names, or those that its authorization lets in.</summary>
    public static Callers Of(IReadOnlyList<object> metadata) =>
        UsersOf(metadata) with { Scope = metadata.OfType<RequiredScope>().LastOrDefault()?.Name };

    private static Callers UsersOf(IReadOnlyList<object> metadata) =>
        metadata.OfType<IAllowAnonymous>().Any() ? Anyone
        : metadata.OfType<Callers>().LastOrDefault() is { } named ? named
        : metadata.OfType<IAuthorizeData>().Select(authorize => authorize.Policy).ToList() switch
        {
            var policies when policies.Contains(Policies.Admin) => new(null, UserRoles.Admin),
            var policies when policies.Contains(Policies.Operator) => new(null, UserRoles.Operator, UserRoles.Admin),
            _ => AnyUser,
        };

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", (Concerned is null ? [] : new[] { Concerned }).Concat(Roles.Select(role => $"role {role}"))
        .Concat(Scope is null ? [] : [$"API key with {Scope}"]));
}
