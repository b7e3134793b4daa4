using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Authorization;

namespace Granary.Api.Auth;

/// <summary>The authorisation policies that endpoints name. The default policy accepts a valid token of any user.</summary>
public static class Policies
{
    /// <summary>The warehouse: the operator role, or admin.</summary>
    public const string Operator = "operator";

    /// <summary>The admin role.</summary>
    public const string Admin = "admin";

    /// <summary>Registers the policies.</summary>
    public static void Configure(AuthorizationOptions options)
    {
        options.AddPolicy(Operator, policy => policy.RequireClaim(Caller.RoleClaim, Roles.Operator, Roles.Admin));
        options.AddPolicy(Admin, policy => policy.RequireClaim(Caller.RoleClaim, Roles.Admin));
    }
}
