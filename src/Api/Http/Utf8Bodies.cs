using System.Text;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Granary.Api.Http;

/// <summary>
/// Refuses bodies that are compressed, or in encodings other than UTF-8, the only one for JSON between systems (RFC 8259,
/// section 8.1). The framework would transcode some of them and fail on encoding names it does not know. Endpoints that read no body
/// ignore its type.
/// </summary>
public sealed class Utf8Bodies(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var contentType = context.Request.ContentType;
        if ((contentType is null or "application/json" && context.Request.Headers.ContentEncoding.Count == 0) || !ReadsBody(context))
        {
            return next(context);
        }

        if (context.Request.Headers.ContentEncoding is not [] and not ["identity"])
        {
            // RFC 9110, section 15.5.16: the field says which coding would have been taken.
            context.Response.Headers.AcceptEncoding = "identity";
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !IsUtf8(type.Charset, out var isQuoted))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        if (isQuoted)
        {
            // The framework takes a value in quotes for the name of another encoding.
            type.Charset = default;
            context.Request.ContentType = type.ToString();
        }

        return next(context);
    }

    private static bool IsUtf8(StringSegment charset, out bool isQuoted)
    {
        var name = HeaderUtilities.RemoveQuotes(charset);
        isQuoted = name.Length != charset.Length;
        return !charset.HasValue || name.Equals(Encoding.UTF8.WebName, StringComparison.OrdinalIgnoreCase);
    }

    private static bool ReadsBody(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is not null;
}
