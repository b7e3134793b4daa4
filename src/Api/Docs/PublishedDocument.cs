using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Microsoft.Net.Http.Headers;

namespace Granary.Api.Docs;

/// <summary>
/// The OpenAPI document as bytes, made once in the life of the process: generating it takes 100 ms of processor time, and a caller
/// needs no token to ask for it. It is kept plain and compressed; a caller that has it already is answered 304.
/// </summary>
/// <param name="generator">The framework's generator.</param>
public sealed class PublishedDocument([FromKeyedServices(PublishedDocument.Name)] IOpenApiDocumentProvider generator) : IDisposable
{
    /// <summary>The name of the document, and of its file.</summary>
    public const string Name = "v1";

    private const string Brotli = "br";
    private const string Gzip = "gzip";
    private const string Identity = "identity";

    private readonly SemaphoreSlim _generating = new(1);
    private IReadOnlyList<Form>? _forms;

    /// <summary>Answers a request for the document.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        var forms = _forms ?? await GenerateOnceAsync(http.RequestAborted);
        var form = Preferred(forms, http.Request);
        var headers = http.Response.Headers;
        headers.ETag = form.Tag.ToString();
        headers.Vary = HeaderNames.AcceptEncoding;

        // A caller may keep it, but asks each time whether it still holds: a new release has another.
        headers.CacheControl = "no-cache";
        if (Matches(http.Request, forms))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        if (form.Coding != Identity)
        {
            headers.ContentEncoding = form.Coding;
        }

        headers.ContentType = "application/json; charset=utf-8";
        headers.ContentLength = form.Bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.SendAsync(form.Bytes, http.RequestAborted);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _generating.Dispose();

    private static Form Preferred(IReadOnlyList<Form> forms, HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted))
        {
            return forms[^1];
        }

        // The forms are in the order of their lengths. What a caller does not name, it does not take, except for the plain form.
        return forms.Where(form => QualityOf(form.Coding) > 0).MaxBy(form => QualityOf(form.Coding)) ?? forms[^1];

        double QualityOf(string coding) =>
            (accepted.FirstOrDefault(value => value.Value.Equals(coding, StringComparison.OrdinalIgnoreCase))
                ?? accepted.FirstOrDefault(value => value.Value == "*")) is { } named ? named.Quality ?? 1
            : coding == Identity ? 0.001 : 0;
    }

    private static bool Matches(HttpRequest request, IReadOnlyList<Form> forms) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var tags)
        && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || forms.Any(form => form.Tag.Compare(tag, useStrongComparison: false)));

    private async Task<IReadOnlyList<Form>> GenerateOnceAsync(CancellationToken cancellation)
    {
        await _generating.WaitAsync(cancellation);
        try
        {
            return _forms ??= await GenerateAsync();
        }
        finally
        {
            _generating.Release();
        }
    }

    // Not cancelled when the caller that asked first leaves: the others wait for it.
    private async Task<IReadOnlyList<Form>> GenerateAsync()
    {
        var document = await generator.GetOpenApiDocumentAsync(CancellationToken.None);

        // Relative to the address of the document, which is right behind every proxy.
        document.Servers = [new OpenApiServer { Url = "/" }];
        using var text = new MemoryStream();
        await document.SerializeAsJsonAsync(text, OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
        var plain = text.ToArray();
        var hash = Convert.ToHexString(SHA256.HashData(plain).AsSpan(0, 8));
        return
        [
            new Form(Brotli, TagOf(hash, Brotli), Compress(plain, static to => new BrotliStream(to, CompressionLevel.SmallestSize))),
            new Form(Gzip, TagOf(hash, Gzip), Compress(plain, static to => new GZipStream(to, CompressionLevel.SmallestSize))),
            new Form(Identity, TagOf(hash, Identity), plain),
        ];
    }

    // Bytes that differ have tags that differ (RFC 9110, section 8.8.3).
    private static EntityTagHeaderValue TagOf(string hash, string coding) =>
        new(string.Create(CultureInfo.InvariantCulture, $"\"{hash}-{coding}\""));

    private static byte[] Compress(byte[] plain, Func<Stream, Stream> coding)
    {
        using var compressed = new MemoryStream();
        using (var compressor = coding(compressed))
        {
            compressor.Write(plain);
        }

        return compressed.ToArray();
    }

    private sealed record Form(string Coding, EntityTagHeaderValue Tag, byte[] Bytes);
}
