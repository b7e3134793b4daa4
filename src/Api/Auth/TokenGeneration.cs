using System.Globalization;
using System.Security.Claims;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;

namespace Granary.Api.Auth;

/// <summary>
/// Which of a user's tokens have ended. A token carries the generation in which it was issued, and a suspension, a change of the
/// password and a sign-out begin the next one: unlike a time, it tells two tokens of the same second apart.
/// </summary>
internal static class TokenGeneration
{
    /// <summary>The claim with the generation; a token without it is of generation 0, like those of release 0.1.0.</summary>
    public const string Claim = "gen";

    /// <summary>
    /// Whether the token's generation is over. An external issuer ends its tokens itself: Granary does not know when they were issued.
    /// </summary>
    public static bool IsOver(ClaimsPrincipal token, User user, AuthOptions options) =>
        options.Authority is null && Of(token) < user.TokenGeneration;

    private static long Of(ClaimsPrincipal token) =>
        long.TryParse(token.FindFirst(Claim)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : 0;
}
