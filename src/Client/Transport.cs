using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Granary.Client;

/// <summary>
/// Sends requests and repeats those that may be repeated: after a lost connection, a timeout, 429, 502, 503 or 504, with
/// exponential backoff and jitter, never sooner than <c>Retry-After</c> says.
/// </summary>
internal sealed class Transport(HttpClient http, TimeProvider clock)
{
    private const int Attempts = 6;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Sends a request and reads the answer.</summary>
    /// <param name="request">Makes the request, anew for each attempt.</param>
    /// <param name="repeatable">Whether sending it twice does no more than sending it once.</param>
    /// <exception cref="GranaryProblemException">The API refused.</exception>
    /// <exception cref="HttpRequestException">The API is out of reach, or it is not known what it did.</exception>
    public async Task<T> SendAsync<T>(
        Func<HttpRequestMessage> request, JsonTypeInfo<T> type, bool repeatable, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var message = request();
            TimeSpan? atLeast = null;
            try
            {
                using var response = await http.SendAsync(message, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return await response.Content.ReadFromJsonAsync(type, cancellationToken)
                        ?? throw new HttpRequestException("The API answered with null.");
                }

                // 429 was turned away at the door: it may always be repeated.
                var again = response.StatusCode == HttpStatusCode.TooManyRequests || (repeatable && IsTransient(response.StatusCode));
                if (!again || attempt == Attempts)
                {
                    throw await ProblemOf(response, cancellationToken);
                }

                atLeast = RetryAfter(response);
            }
            catch (Exception fault) when (repeatable && attempt < Attempts && IsLost(fault, cancellationToken))
            {
                // The next attempt finds out what became of this one.
            }

            await Task.Delay(PauseAfter(attempt, atLeast), clock, cancellationToken);
        }
    }

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static bool IsLost(Exception fault, CancellationToken cancellationToken) =>
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
