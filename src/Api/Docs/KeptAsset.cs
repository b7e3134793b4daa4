using Microsoft.Net.Http.Headers;

namespace Granary.Api.Docs;

/// <summary>
/// A file of the API reference, kept as it is sent. Its package has it compressed, and would decompress three megabytes for every caller that
/// takes no gzip: 20 ms of processor time without a token.
/// </summary>
/// <param name="make">The package's own answer.</param>
public sealed class KeptAsset(RequestDelegate make) : IDisposable
{
    private const string Gzip = "gzip";

    private readonly SemaphoreSlim _making = new(1);
    private readonly Answer?[] _kept = new Answer?[2];

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var form = TakesGzip(http.Request) ? 1 : 0;
        var answer = _kept[form] ?? await MakeOnceAsync(form, http);
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers[name] = value;
        }

        if (answer.Tag is { } tag && EntityTagHeaderValue.TryParseList(http.Request.Headers.IfNoneMatch, out var known)
            && known.Any(other => tag.Compare(other, useStrongComparison: false)))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentLength = answer.Body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.SendAsync(answer.Body, http.RequestAborted);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _making.Dispose();

    private static bool TakesGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted)
        && accepted.Any(value => value.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase) && value.Quality is null or > 0);

    private async Task<Answer> MakeOnceAsync(int form, HttpContext http)
    {
        await _making.WaitAsync(http.RequestAborted);
        try
        {
            return _kept[form] ??= await MakeAsync(form, http.RequestServices);
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>Asks the package with a request that has nothing of the caller's but the coding.</summary>
    private async Task<Answer> MakeAsync(int form, IServiceProvider services)
    {
        using var body = new MemoryStream();
        var own = new DefaultHttpContext { RequestServices = services, Response = { Body = body } };
        own.Request.Method = HttpMethods.Get;
        if (form == 1)
        {
            own.Request.Headers.AcceptEncoding = Gzip;
        }

        await make(own);
        own.Response.Headers.Remove(HeaderNames.ContentLength);
        return new Answer(
            [.. own.Response.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString()))],
            EntityTagHeaderValue.TryParse(own.Response.Headers.ETag.ToString(), out var tag) ? tag : null,
            body.ToArray());
    }

    private sealed record Answer(IReadOnlyList<KeyValuePair<string, string>> Headers, EntityTagHeaderValue? Tag, byte[] Body);
}
