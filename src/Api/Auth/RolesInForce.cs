using System.Security.Claims;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;

namespace Granary.Api.Auth;

/// <summary>What the roles in a valid token are worth now.</summary>
internal static class RolesInForce
{
    /// <summary>
    /// The principal of a token with the roles that count: if the user has lost one of them, those that the user has. An external
    /// issuer states the roles itself, and Granary knows no others.
    /// </summary>
    public static ClaimsPrincipal Of(ClaimsPrincipal token, User user, AuthOptions options) =>
        options.Authority is null && token.FindAll(Caller.RoleClaim).Any(role => !user.Roles.Contains(role.Value))
            ? Caller.PrincipalOf(user.Id, user.Roles)
            : token;
}
