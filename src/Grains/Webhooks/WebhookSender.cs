using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Granary.Domain.Webhooks;
using Granary.Journal;

namespace Granary.Grains.Webhooks;

/// <summary>
/// Sends signed messages: one request, one status. It follows no redirects, uses no proxy and keeps no cookies.
/// </summary>
public sealed class WebhookSender : IDisposable
{
    // The response body is not needed; a little of it is read so that the connection can be reused.
    private const int DrainedBytes = 16 * 1_024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly ProductInfoHeaderValue Product = new("Granary-Webhooks", "1.0");

    private readonly HttpMessageInvoker _http;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _clock;

    public WebhookSender(WebhookOptions options, TargetGuard guard, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = guard.ConnectAsync,

            // Not bounded here: webhooks may share a host, and one whose receiver hangs must not use up the connections of
            // another. The dispatcher bounds the attempts of each webhook.
            // A changed DNS entry takes effect, and is checked, within this time.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = DrainedBytes,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Sends a message and returns the result. A failure on the way is a result, not an exception.</summary>
    /// <exception cref="OperationCanceledException">
    /// The send was cancelled; whether the receiver has the message is unknown.
    /// </exception>
    public async Task<AttemptResult> SendAsync(Endpoint endpoint, DeliveryClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(claim);
        using var span = JournalTraces.Continue("webhook deliver", ActivityKind.Producer, claim.Trace);
        span?.SetTag("webhook.id", claim.Id).SetTag("journal.stream", claim.Stream);
        var started = _clock.GetTimestamp();
        using var timeout = new CancellationTokenSource(_options.Timeout, _clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var request = RequestOf(endpoint, claim, _clock.GetUtcNow());
        try
        {
            using var response = await _http.SendAsync(request, end.Token);
            return Result((int)response.StatusCode, null, RetryAfterOf(response));
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested
            && fault is HttpRequestException or OperationCanceledException or IOException or SocketException)
        {
            return Result(null, timeout.IsCancellationRequested
                ? string.Create(CultureInfo.InvariantCulture, $"no answer within {_options.Timeout.TotalSeconds} s")
                : Describe(fault));
        }

        AttemptResult Result(int? status, string? error, TimeSpan? retryAfter = null) =>
            new(_clock.GetUtcNow(), status, error, _clock.GetElapsedTime(started), retryAfter);
    }

    /// <summary>The wait that a receiver asks for, in seconds or as a date; null if it asks for none or the value is bad.</summary>
    private TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        if (!DeliveryAnswers.MayAskToWait((int)response.StatusCode)
            || !response.Headers.NonValidated.TryGetValues("Retry-After", out var values)
            || values.Count != 1)
        {
            return null;
        }

        var value = values.ToString().Trim();
        if (value.Length > 0 && value.All(char.IsAsciiDigit))
        {
            // The library reads up to 2,147,483,647; any number of seconds is a number, and the schedule bounds it.
            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : TimeSpan.MaxValue;
        }

        return RetryConditionHeaderValue.TryParse(value, out var parsed) && parsed.Date - _clock.GetUtcNow() is { } wait && wait > TimeSpan.Zero
            ? wait
            : null;
    }

    private static HttpRequestMessage RequestOf(Endpoint endpoint, DeliveryClaim claim, DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Webhook.Url)
        {
            Content = new ByteArrayContent(claim.Body) { Headers = { ContentType = Json } },
        };
        request.Headers.UserAgent.Add(Product);
        request.Headers.Add("webhook-id", claim.Id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", endpoint.Sign(claim.Id, now, claim.Body));
        return request;
    }

    /// <summary>The failure, without details that would reveal the network to an outsider.</summary>
    private static string Describe(Exception fault) => fault switch
    {
        TargetNotAllowedException or { InnerException: TargetNotAllowedException } => "the host is not on the public internet",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "no secure connection",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } or { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } } =>
            "the host was not found",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } or { InnerException: SocketException } => "no connection",
        _ => "the answer could not be read",
    };
}
