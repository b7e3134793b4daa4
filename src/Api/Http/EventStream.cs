namespace Granary.Api.Http;

/// <summary>Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).</summary>
internal static class EventStream
{
    /// <summary>Their media type.</summary>
    public const string MediaType = "text/event-stream";

    /// <summary>A comment that keeps a connection without events open.</summary>
    public static readonly byte[] StillHere = ": still here\n\n"u8.ToArray();

    /// <summary>Whether a caller asks for events and not for JSON.</summary>
    public static bool IsAccepted(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase) && type.Quality is not 0);

    /// <summary>Sets the headers of an answer of events.</summary>
    public static void Describe(HttpResponse response)
    {
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";

        // Otherwise proxies such as nginx buffer the response.
        response.Headers["X-Accel-Buffering"] = "no";
    }
}
