using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Authorization;

namespace Granary.Api.Auth;

/// <summary>
/// The authorisation policies that endpoints name. The default policy accepts a valid token of any user. Roles are of users: an API key is
/// let in by its scopes alone, whatever role the route asks users for (<see cref="ScopedRoutes"/>).
/// </summary>
public static class Policies
{
    /// <summary>The warehouse: the operator role, or admin.</summary>
    public const string Operator = "operator";

    /// <summary>The admin role.</summary>
    public const string Admin = "admin";

    /// <summary>Registers the policies.</summary>
    public static void Configure(AuthorizationOptions options)
    {
        options.DefaultPolicy = Policy();
        options.AddPolicy(Operator, Policy(Roles.Operator, Roles.Admin));
        options.AddPolicy(Admin, Policy(Roles.Admin));
    }

    /// <summary>A user needs one of the roles, if there are any; a key needs the scope of the route.</summary>
    private static AuthorizationPolicy Policy(params string[] roles) => new AuthorizationPolicyBuilder()
        .RequireAuthenticatedUser()
        .RequireAssertion(context => Caller.IsKey(context.User)
            ? context.Resource is HttpContext http && ScopedRoutes.ScopeOf(http) is { } scope && context.User.HasClaim(Caller.ScopeClaim, scope)
            : roles.Length == 0 || roles.Any(role => context.User.HasClaim(Caller.RoleClaim, role)))
        .Build();
}
