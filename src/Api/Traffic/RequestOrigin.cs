namespace Granary.Api.Traffic;

/// <summary>
/// Where a browser's request comes from, as far as the browser says: by <c>Sec-Fetch-Site</c> (W3C, Fetch Metadata), which browsers send over
/// TLS and to the own machine, else by <c>Origin</c>.
/// </summary>
internal static class RequestOrigin
{
    /// <summary>Whether a page of this site sent the request, or the person behind the browser; also where the browser does not say.</summary>
    public static bool MayBeThisSite(HttpRequest request) =>
        SiteOf(request) is { } site ? site is "same-origin" or "none" : request.Headers.Origin.Count == 0 || IsOfThisHost(request);

    /// <summary>Whether the browser says that a page of this origin sent the request.</summary>
    public static bool IsThisOrigin(HttpRequest request) => SiteOf(request) is { } site ? site == "same-origin" : IsOfThisHost(request);

    /// <summary>
    /// Whether the caller's connection is encrypted. Also by the word of a proxy that is not trusted: a secure cookie is sent less often, so
    /// a forged header gains nothing.
    /// </summary>
    public static bool IsOverTls(HttpRequest request) =>
        request.IsHttps || request.Headers["X-Forwarded-Proto"].ToString().Equals("https", StringComparison.OrdinalIgnoreCase);

    private static string? SiteOf(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site ? site : null;

    private static bool IsOfThisHost(HttpRequest request) =>
        Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var from)
        && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
}
