using Granary.Api.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Granary.Api.Docs;

/// <summary>
/// The OpenAPI document as bytes, made once in the life of the process: generating it takes 100 ms of processor time, and a caller
/// needs no token to ask for it.
/// </summary>
/// <param name="generator">The framework's generator.</param>
public sealed class PublishedDocument([FromKeyedServices(PublishedDocument.Name)] IOpenApiDocumentProvider generator) : IDisposable
{
    /// <summary>The name of the document, and of its file.</summary>
    public const string Name = "v1";

    private readonly SemaphoreSlim _generating = new(1);
    private KeptForms? _document;

    /// <summary>Answers a request for the document.</summary>
    public async Task AnswerAsync(HttpContext http) => await (_document ?? await GenerateOnceAsync(http.RequestAborted)).AnswerAsync(http);

    /// <inheritdoc/>
    public void Dispose() => _generating.Dispose();

    private async Task<KeptForms> GenerateOnceAsync(CancellationToken cancellation)
    {
        await _generating.WaitAsync(cancellation);
        try
        {
            return _document ??= await GenerateAsync();
        }
        finally
        {
            _generating.Release();
        }
    }

    // Not cancelled when the caller that asked first leaves: the others wait for it.
    private async Task<KeptForms> GenerateAsync()
    {
        var document = await generator.GetOpenApiDocumentAsync(CancellationToken.None);

        // Relative to the address of the document, which is right behind every proxy.
        document.Servers = [new OpenApiServer { Url = "/" }];
        using var text = new MemoryStream();
        await document.SerializeAsJsonAsync(text, OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
        return new KeptForms(text.ToArray(), "application/json; charset=utf-8");
    }
}
