using Microsoft.Extensions.Primitives;

namespace Granary.Api.Traffic;

/// <summary>
/// Tells browsers what they must not do with a response. A JSON response needs no permissions; a page needs its own scripts and
/// styles. A page that sets its own policy keeps it.
/// </summary>
public sealed class SecurityHeaders(RequestDelegate next)
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues Deny = "DENY";
    private static readonly StringValues SameOrigin = "same-origin";
    private static readonly StringValues OneYear = "max-age=31536000";
    private static readonly StringValues NothingPolicy = "default-src 'none'; frame-ancestors 'none'";

    // The API reference and the dashboard contain inline scripts and styles.
    private static readonly StringValues PagePolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        // Set when the response starts, because the content type decides and the error handler clears headers that were set
        // earlier.
        context.Response.OnStarting(static state => SetAsync((HttpContext)state), context);
        return next(context);
    }

    /// <summary>Adds what holds for a response without a page.</summary>
    public static void AddToData(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        headers.XContentTypeOptions = NoSniff;
        headers.TryAdd("Referrer-Policy", NoReferrer);
        headers.XFrameOptions = Deny;
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = NothingPolicy;
        }
    }

    private static Task SetAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        if (headers.ContentSecurityPolicy.Count == 0 && context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true)
        {
            headers.ContentSecurityPolicy = PagePolicy;

            // The forms of a page say where they come from.
            headers["Referrer-Policy"] = SameOrigin;
        }

        AddToData(headers);

        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = OneYear;
        }

        return Task.CompletedTask;
    }
}
