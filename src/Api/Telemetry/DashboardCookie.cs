using Granary.Api.Auth;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Granary.Api.Telemetry;

/// <summary>
/// Carries an administrator's token for the dashboard, because a browser that opens a page sends no token by itself. The cookie
/// is sent to the dashboard only, is inaccessible to scripts and other sites, and expires with the token.
/// </summary>
internal static class DashboardCookie
{
    public const string Root = "/dashboard";

    private const string Name = "granary_dashboard";

    public static void Set(HttpContext context, TokenBody token) =>
        context.Response.Cookies.Append(Name, token.AccessToken, Options(context, TimeSpan.FromSeconds(token.ExpiresIn)));

    public static void Clear(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context, null));

    /// <summary>Takes the token from the cookie if a request for the dashboard has no other token.</summary>
    public static Task Read(MessageReceivedContext context)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments(Root) && request.Headers.Authorization.Count == 0)
        {
            context.Token = request.Cookies[Name];
        }

        return Task.CompletedTask;
    }

    /// <summary>Whether a browser requests the dashboard page; then the login page is a better response than a problem.</summary>
    public static bool IsVisit(HttpRequest request) =>
        request.Path.StartsWithSegments(Root) && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a page of this site sent the request, as far as its browser says: by <c>Sec-Fetch-Site</c> (W3C, Fetch Metadata), which
    /// browsers send over TLS and to the own machine, else by <c>Origin</c>.
    /// </summary>
    public static bool IsOfThisSite(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site ? site is "same-origin" or "none"
        : request.Headers.Origin.ToString() is var origin && (origin.Length == 0
            || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)));

    // Also by the word of a proxy that is not trusted: a secure cookie is sent less often, so a forged header gains nothing.
    private static bool IsForwardedHttps(HttpRequest request) =>
        request.Headers["X-Forwarded-Proto"].ToString().Equals("https", StringComparison.OrdinalIgnoreCase);

    private static CookieOptions Options(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = lifetime,
        Path = Root,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps || IsForwardedHttps(context.Request),
    };
}
