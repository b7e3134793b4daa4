using System.Buffers;
using System.Diagnostics;
using Microsoft.Extensions.Primitives;

namespace Granary.Api.Http;

/// <summary>
/// Gives every request an id: the caller's if it is valid, otherwise a new one. The id is in the response, in the log scope, in
/// the trace and in every problem.
/// </summary>
public sealed class RequestIds(RequestDelegate next, ILogger<RequestIds> logger)
{
    /// <summary>The header that carries the id, both ways.</summary>
    public const string Header = "X-Request-Id";

    private const int LongestId = 128;

    private const int IdLength = 32;

    /// <summary>Visible ASCII: the characters allowed in an id or a key in a header.</summary>
    public static readonly SearchValues<char> VisibleAscii =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    public async Task InvokeAsync(HttpContext context)
    {
        var id = IdOf(context.Request.Headers[Header]);
        context.TraceIdentifier = id;

        // Set when the response starts, because the error handler clears headers that were set earlier.
        context.Response.OnStarting(static state =>
        {
            var http = (HttpContext)state;
            http.Response.Headers[Header] = http.TraceIdentifier;
            return Task.CompletedTask;
        }, context);

        Activity.Current?.SetTag("request.id", id);
        using (logger.BeginScope(new KeyValuePair<string, object>[] { new("RequestId", id) }))
        {
            await next(context);
        }
    }

    /// <summary>The id in the caller's header if it is valid, otherwise a new one.</summary>
    public static string IdOf(StringValues header) =>
        header is [{ Length: > 0 and <= LongestId } id] && !id.AsSpan().ContainsAnyExcept(VisibleAscii)
            ? id
            : NewId();

    /// <summary>A 128-bit id that need not be unguessable, so it needs no call to the operating system.</summary>
    private static string NewId() => string.Create(IdLength, 0, static (characters, _) =>
    {
        Span<byte> bits = stackalloc byte[IdLength / 2];
        Random.Shared.NextBytes(bits);
        Convert.TryToHexStringLower(bits, characters, out var _);
    });
}
