using Granary.Api.Traffic;

namespace Granary.Api.Auth;

/// <summary>
/// Carries a browser's access token for one part of the site. It is sent to that part only, is inaccessible to scripts and to other sites, and
/// expires with the token.
/// </summary>
/// <param name="name">The cookie's name.</param>
/// <param name="path">The part of the site.</param>
internal sealed class TokenCookie(string name, string path)
{
    /// <summary>The token of a request, or null.</summary>
    public string? Read(HttpRequest request) => request.Cookies[name] is { Length: > 0 } token ? token : null;

    /// <summary>Gives the browser a token.</summary>
    public void Set(HttpContext context, string token, TimeSpan lifetime) => context.Response.Cookies.Append(name, token, Options(context, lifetime));

    /// <summary>Has the browser forget it.</summary>
    public void Clear(HttpContext context) => context.Response.Cookies.Delete(name, Options(context, null));

    private CookieOptions Options(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = lifetime,
        Path = path,
        SameSite = SameSiteMode.Strict,
        Secure = RequestOrigin.IsOverTls(context.Request),
    };
}
