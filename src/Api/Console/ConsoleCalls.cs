using Granary.Api.Auth;
using Granary.Api.Problems;
using Granary.Api.Traffic;
using Microsoft.Net.Http.Headers;

namespace Granary.Api.Console;

/// <summary>
/// Before routing: a call of the console becomes the same call of the public API, with the token of the session's cookie. So the console can do
/// nothing that the API cannot, and no script ever has the token. Changes are taken only from the console's own pages; that a browser sends the
/// cookie to this site's own requests alone (<c>SameSite=Strict</c>) protects reads, whose answers other origins may not see.
/// </summary>
public sealed class ConsoleCalls(RequestDelegate next)
{
    /// <summary>The console's address.</summary>
    public const string Root = "/console";

    /// <summary>The address below which the public API is called.</summary>
    public const string Api = Root + "/api";

    /// <summary>The address of the session.</summary>
    public const string Session = Root + "/session";

    /// <summary>The header of the console's scripts. A form of another site cannot send it, and a script only if CORS lets it.</summary>
    public const string Header = "X-Granary-Console";

    internal static readonly TokenCookie Cookie = new("granary_console", Root);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.Path.StartsWithSegments(Root))
        {
            return next(context);
        }

        if (!IsSafe(request.Method) && !(RequestOrigin.IsThisOrigin(request) && request.Headers[Header] == "1"))
        {
            return new ProblemResult(Problem.Of(ProblemTypes.CrossSiteRequest)).ExecuteAsync(context);
        }

        // The console looks at no token that the request brings itself: its callers sign in by the cookie alone.
        request.Headers.Remove(HeaderNames.Authorization);
        if (Cookie.Read(request) is { } token)
        {
            request.Headers.Authorization = "Bearer " + token;
        }

        if (request.Path.StartsWithSegments(Api, out var path))
        {
            request.Path = path.HasValue ? path : "/";
        }

        return next(context);
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
