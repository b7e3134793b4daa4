using Granary.Api.Traffic;

namespace Granary.Api.Auth;

/// <summary>
/// Carries a browser's access token, or another secret, for one part of the site. Browsers send it to that part only, hide it from scripts and
/// other sites, and forget it when it expires.
/// </summary>
/// <param name="name">The cookie's name.</param>
/// <param name="path">The part of the site.</param>
/// <param name="sameSite">Whether requests carry it that another site leads here.</param>
internal sealed class TokenCookie(string name, string path, SameSiteMode sameSite = SameSiteMode.Strict)
{
    /// <summary>The token or secret of a request, or null.</summary>
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
        SameSite = sameSite,
        Secure = RequestOrigin.IsOverTls(context.Request),
    };
}
