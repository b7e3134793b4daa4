using System.Security.Claims;
using Granary.Grains.Interfaces.Users;

namespace Granary.Api.Auth;

/// <summary>The caller of a request.</summary>
/// <param name="UserId">The acting user, or the id of the API key.</param>
/// <param name="SeesAll">May see the orders of all users where the route lets the caller in: an operator, an administrator or a key.</param>
/// <param name="ActsForAll">May do for every user what users do for themselves: an administrator or a key.</param>
public sealed record Caller(string UserId, bool SeesAll, bool ActsForAll)
{
    /// <summary>How an identity of an API key was authenticated.</summary>
    public const string ApiKey = "ApiKey";

    /// <summary>The claim that carries a scope of an API key, one claim per scope.</summary>
    public const string ScopeClaim = "scope";

    /// <summary>The claim that carries the user id (RFC 7519, section 4.1.2).</summary>
    public const string UserIdClaim = "sub";

    /// <summary>The claim that carries a role, one claim per role.</summary>
    public const string RoleClaim = "role";

    /// <summary>The user who must own an order for this caller to see it; null for those who see all orders.</summary>
    public string? OwnerScope => SeesAll ? null : UserId;

    /// <summary>Binds the caller of a request, for the parameters of endpoints.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult<Caller?>(From(context.User));

    /// <summary>The principal of a user with these roles.</summary>
    public static ClaimsPrincipal PrincipalOf(string userId, IEnumerable<string> roles) => new VerifiedPrincipal(new ClaimsIdentity(
        [new Claim(UserIdClaim, userId), .. roles.Select(role => new Claim(RoleClaim, role))],
        "Bearer", UserIdClaim, RoleClaim));

    /// <summary>Whether a verified principal is an API key.</summary>
    public static bool IsKey(ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal.Identity?.AuthenticationType == ApiKey;
    }

    /// <summary>Whether a verified principal is an operator, an administrator or an API key.</summary>
    public static bool IsStaffOrKey(ClaimsPrincipal principal) => Find(principal) is { SeesAll: true };

    /// <summary>The caller of a verified principal.</summary>
    public static Caller From(ClaimsPrincipal principal) => Find(principal)
        ?? throw new InvalidOperationException("An endpoint that needs a caller lets requests through without a token.");

    /// <summary>The caller of a principal; null if it is not verified.</summary>
    public static Caller? Find(ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal is VerifiedPrincipal verified ? verified.Caller
            : principal.Identity is ClaimsIdentity { IsAuthenticated: true } identity ? Of(identity)
            : null;
    }

    internal static Caller Of(ClaimsIdentity identity)
    {
        var userId = identity.FindFirst(UserIdClaim)?.Value ?? throw new InvalidOperationException("A verified token names nobody.");
        var actsForAll = identity.AuthenticationType == ApiKey || identity.HasClaim(RoleClaim, Roles.Admin);
        return new Caller(userId, actsForAll || identity.HasClaim(RoleClaim, Roles.Operator), actsForAll);
    }
}
