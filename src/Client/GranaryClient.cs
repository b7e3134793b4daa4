using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Granary.Client;

/// <summary>
/// A typed client of Granary's HTTP API. Refusals are thrown as <see cref="GranaryProblemException"/>. When the connection or the
/// service fails, the client repeats requests that may be repeated, under one idempotency key.
/// </summary>
/// <param name="http">Its <see cref="HttpClient.BaseAddress"/> is the root of the API.</param>
/// <param name="clock">The clock for the pauses between attempts; the system's clock by default.</param>
public sealed partial class GranaryClient(HttpClient http, TimeProvider? clock = null)
{
    private const string IdempotencyKey = "Idempotency-Key";
    private const int PageSize = 100;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Transport _transport = new(http, clock ?? TimeProvider.System);
    private AuthenticationHeaderValue? _token;

    /// <summary>Gets an access token and sends it with every later request.</summary>
    public async Task LoginAsync(string userName, string password, CancellationToken cancellationToken = default)
    {
        var token = await SendAsync(
            HttpMethod.Post, "auth/token", Body(new Credentials(userName, password), ClientJson.Default.Credentials),
            ClientJson.Default.AccessToken, repeatable: true, cancellationToken);
        _token = new AuthenticationHeaderValue("Bearer", token.Token);
    }

    /// <summary>Sends this API key with every later request, for a machine of the shop.</summary>
    /// <param name="key">Its text, <c>gk_…</c>.</param>
    public void UseApiKey(string key) => _token = new AuthenticationHeaderValue("Bearer", key);

    private Task<T> SendAsync<T>(
        HttpMethod method,
        string path,
        Func<HttpContent>? body,
        JsonTypeInfo<T> answer,
        bool repeatable,
        CancellationToken cancellationToken,
        string? idempotencyKey = null,
        long? version = null)
    {
        return _transport.SendAsync(Request, answer, repeatable, cancellationToken);

        HttpRequestMessage Request()
        {
            var request = new HttpRequestMessage(method, path) { Content = body?.Invoke() };
            request.Headers.Authorization = _token;
            if (idempotencyKey is not null)
            {
                request.Headers.Add(IdempotencyKey, idempotencyKey);
            }

            if (version is { } seen)
            {
                request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{seen}\""));
            }

            return request;
        }
    }

    /// <summary>Sends a request that is answered without a body, and may be repeated.</summary>
    private async Task SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var response = await _transport.OpenAsync(
            () =>
            {
                var request = new HttpRequestMessage(method, path);
                request.Headers.Authorization = _token;
                return request;
            },
            cancellationToken);
    }

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, answer, repeatable: true, cancellationToken);

    private async IAsyncEnumerable<T> PagesAsync<T>(
        string path, JsonTypeInfo<Page<T>> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var after = cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor);
            var page = await GetAsync($"{path}limit={PageSize}{after}", type, cancellationToken);
            foreach (var entry in page.Data)
            {
                yield return entry;
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    private static Func<HttpContent> Body<T>(T value, JsonTypeInfo<T> type) => () => JsonContent.Create(value, type);

    private static string Segment(string text) => Uri.EscapeDataString(text);
}
