using System.Security.Claims;
using Granary.Grains.Interfaces.Users;

namespace Granary.Api.Auth;

/// <summary>The caller of a request.</summary>
/// <param name="UserId">The acting user.</param>
/// <param name="IsOperator">May run the warehouse; true for an administrator, too.</param>
/// <param name="IsAdmin">May do everything.</param>
public sealed record Caller(string UserId, bool IsOperator, bool IsAdmin)
{
    /// <summary>The claim that carries the user id (RFC 7519, section 4.1.2).</summary>
    public const string UserIdClaim = "sub";

    /// <summary>The claim that carries a role, one claim per role.</summary>
    public const string RoleClaim = "role";

    /// <summary>The user who must own an order for this caller to see it; null for staff, who see all orders.</summary>
    public string? OwnerScope => IsOperator ? null : UserId;

    /// <summary>Binds the caller of a request, for the parameters of endpoints.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult<Caller?>(From(context.User));

    /// <summary>The principal of a user with these roles.</summary>
    public static ClaimsPrincipal PrincipalOf(string userId, IEnumerable<string> roles) => new(new ClaimsIdentity(
        [new Claim(UserIdClaim, userId), .. roles.Select(role => new Claim(RoleClaim, role))],
        "Bearer", UserIdClaim, RoleClaim));

    /// <summary>The caller of a verified principal.</summary>
    public static Caller From(ClaimsPrincipal principal)
    {
        var userId = principal.FindFirstValue(UserIdClaim)
            ?? throw new InvalidOperationException("An endpoint that needs a caller lets requests through without a token.");
        var isAdmin = principal.HasClaim(RoleClaim, Roles.Admin);
        return new Caller(userId, isAdmin || principal.HasClaim(RoleClaim, Roles.Operator), isAdmin);
    }
}
