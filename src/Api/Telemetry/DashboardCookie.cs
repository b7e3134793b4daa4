using Granary.Api.Auth;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Granary.Api.Telemetry;

/// <summary>
/// Carries an administrator's token for the dashboard, because a browser that opens a page sends no token by itself.
/// </summary>
internal static class DashboardCookie
{
    public const string Root = "/dashboard";

    private static readonly TokenCookie Cookie = new("granary_dashboard", Root);

    public static void Set(HttpContext context, TokenBody token) => Cookie.Set(context, token.AccessToken, TimeSpan.FromSeconds(token.ExpiresIn));

    public static void Clear(HttpContext context) => Cookie.Clear(context);

    /// <summary>Takes the token from the cookie if a request for the dashboard has no other token.</summary>
    public static void Read(MessageReceivedContext context)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments(Root) && request.Headers.Authorization.Count == 0)
        {
            context.Token = Cookie.Read(request);
        }
    }

    /// <summary>Whether a browser requests the dashboard page; then the login page is a better response than a problem.</summary>
    public static bool IsVisit(HttpRequest request) =>
        request.Path.StartsWithSegments(Root) && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
