using System.Net;

namespace Granary.Grains.Payments.Providers;

/// <summary>How adapters reach a provider over HTTP.</summary>
internal static class ProviderHttp
{
    // A page of a provider's list is below a megabyte.
    private const int MostBytes = 8 * 1_024 * 1_024;

    /// <summary>A client with the timeouts of the options. Where a span is open, it sends its <c>traceparent</c>.</summary>
    public static HttpClient ClientOf(PaymentOptions options, Uri address) => new(new SocketsHttpHandler
    {
        ConnectTimeout = options.ConnectTimeout,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,

        // A changed DNS entry takes effect within this time.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseProxy = !address.IsLoopback,
    })
    {
        // The gateway ends calls; this ends the pages of a list.
        Timeout = options.CallTimeout,
        MaxResponseContentBufferSize = MostBytes,
    };

    /// <summary>Why there is no answer, in a word for the journal and the log.</summary>
    public static string ReasonOf(Exception fault) => fault switch
    {
        OperationCanceledException => "timeout",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "host_not_found",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "no_secure_connection",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "no_connection",
        _ => "connection_lost",
    };
}
