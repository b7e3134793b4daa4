using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Granary.Client;

/// <summary>
/// Sends requests and repeats those that may be repeated, after a lost connection, a timeout, 429, 502, 503, 504 or a temporary
/// conflict. It uses exponential backoff with jitter and never repeats earlier than <c>Retry-After</c> says. A service that is away for
/// longer than a caller would wait, such as a payment provider that is left alone for a minute, is a problem at once.
/// </summary>
internal sealed class Transport(HttpClient http, TimeProvider clock)
{
    /// <summary>Maximum number of times a request is sent.</summary>
    public const int Attempts = 6;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestOutage = TimeSpan.FromSeconds(10);

    /// <summary>Sends a request and reads the response.</summary>
    /// <param name="request">Creates the request, again for each attempt.</param>
    /// <param name="repeatable">Whether sending it twice has the same effect as sending it once.</param>
    /// <exception cref="GranaryProblemException">The API refused.</exception>
    /// <exception cref="HttpRequestException">The API cannot be reached, or the outcome is unknown.</exception>
    public Task<T> SendAsync<T>(
        Func<HttpRequestMessage> request, JsonTypeInfo<T> type, bool repeatable, CancellationToken cancellationToken) => SendAsync(
        request,
        HttpCompletionOption.ResponseContentRead,
        async response =>
        {
            using (response)
            {
                return await response.Content.ReadFromJsonAsync(type, cancellationToken)
                    ?? throw new HttpRequestException("The API answered with null.");
            }
        },
        repeatable,
        cancellationToken);

    /// <summary>Sends a request that is answered 204 where there is nothing to answer with.</summary>
    /// <returns>Null then.</returns>
    /// <inheritdoc cref="SendAsync{T}(Func{HttpRequestMessage}, JsonTypeInfo{T}, bool, CancellationToken)"/>
    public Task<T?> SendForAnyAsync<T>(
        Func<HttpRequestMessage> request, JsonTypeInfo<T> type, bool repeatable, CancellationToken cancellationToken)
        where T : class => SendAsync(
        request,
        HttpCompletionOption.ResponseContentRead,
        async response =>
        {
            using (response)
            {
                return response.StatusCode == HttpStatusCode.NoContent ? null : await response.Content.ReadFromJsonAsync(type, cancellationToken);
            }
        },
        repeatable,
        cancellationToken);

    /// <summary>
    /// Sends a request that may be repeated, and returns when the response begins; the caller disposes of the response.
    /// </summary>
    /// <exception cref="GranaryProblemException">The API refused.</exception>
    /// <exception cref="HttpRequestException">The API cannot be reached.</exception>
    public Task<HttpResponseMessage> OpenAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken) =>
        SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Task.FromResult, repeatable: true, cancellationToken);

    /// <summary>The pause before the next attempt.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    public Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(PauseAfter(attempt, null), clock, cancellationToken);

    private async Task<T> SendAsync<T>(
        Func<HttpRequestMessage> request,
        HttpCompletionOption completion,
        Func<HttpResponseMessage, Task<T>> take,
        bool repeatable,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var message = request();
            TimeSpan? atLeast = null;
            try
            {
                var response = await SendOnceAsync(message, completion, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return await take(response);
                }

                using (response)
                {
                    // A request with a 429 response was rejected before any work: it may always be repeated.
                    var again = response.StatusCode == HttpStatusCode.TooManyRequests || (repeatable && IsTransient(response));
                    atLeast = RetryAfter(response);
                    if (!again || attempt == Attempts || (response.StatusCode == HttpStatusCode.ServiceUnavailable && atLeast > LongestOutage))
                    {
                        throw await ProblemOf(response, cancellationToken);
                    }
                }
            }
            catch (Exception fault) when (repeatable && attempt < Attempts && IsLost(fault, cancellationToken))
            {
                // The next attempt finds out the outcome of this one.
            }

            await Task.Delay(PauseAfter(attempt, atLeast), clock, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpRequestMessage message, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(message, completion, cancellationToken);
        }
        catch (SocketException fault)
        {
            // HttpClient lets it through as it is where the server ends between connecting and sending.
            throw new HttpRequestException(fault.Message, fault);
        }
    }

    /// <summary>A conflict has a retry time if it is with another request that is still in progress.</summary>
    private static bool IsTransient(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        || response is { StatusCode: HttpStatusCode.Conflict, Headers.RetryAfter: not null };

    /// <summary>Whether a fault lies in the connection and not in the request.</summary>
    public static bool IsLost(Exception fault, CancellationToken cancellationToken) =>
        fault is HttpRequestException { StatusCode: null } or IOException
        || (fault is TaskCanceledException && !cancellationToken.IsCancellationRequested);

    private static TimeSpan PauseAfter(int attempt, TimeSpan? atLeast)
    {
        var pause = FirstPause * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble());
        pause = pause < LongestPause ? pause : LongestPause;
        return atLeast > pause ? atLeast.Value : pause;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - clock.GetUtcNow() : null;

    private static async Task<Exception> ProblemOf(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            && JsonSerializer.Deserialize(text, ClientJson.Default.Problem) is { } problem)
        {
            return new GranaryProblemException(problem);
        }

        return new HttpRequestException($"The API answered with {(int)response.StatusCode}.", null, response.StatusCode);
    }
}
