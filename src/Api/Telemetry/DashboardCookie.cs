using Granary.Api.Auth;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Granary.Api.Telemetry;

/// <summary>
/// Carries an administrator's token for the dashboard, because a browser that opens a page sends no token by itself. It goes to
/// the dashboard only, is out of reach of scripts and of other sites, and is good for as long as the token.
/// </summary>
internal static class DashboardCookie
{
    public const string Root = "/dashboard";

    private const string Name = "granary_dashboard";

    public static void Set(HttpContext context, TokenBody token) =>
        context.Response.Cookies.Append(Name, token.AccessToken, Options(context, TimeSpan.FromSeconds(token.ExpiresIn)));

    public static void Clear(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context, null));

    /// <summary>Takes the token from the cookie where a request for the dashboard brings no other.</summary>
    public static Task Read(MessageReceivedContext context)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments(Root) && request.Headers.Authorization.Count == 0)
        {
            context.Token = request.Cookies[Name];
        }

        return Task.CompletedTask;
    }

    /// <summary>Whether a person with a browser wants to see the dashboard, who is better shown the login than a problem.</summary>
    public static bool IsVisit(HttpRequest request) =>
        request.Path.StartsWithSegments(Root) && HttpMethods.IsGet(request.Method)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static CookieOptions Options(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = lifetime,
        Path = Root,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
    };
}
