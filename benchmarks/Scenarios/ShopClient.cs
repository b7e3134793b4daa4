using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Granary.Load;

/// <summary>One line of an order to place.</summary>
public readonly record struct Item(string Sku, long Quantity);

/// <summary>
/// The calls of Granary's HTTP API that the flows make. Plain code over <see cref="HttpClient"/>, so that any load generator
/// can run them; bodies are written by hand because the generator shares the machine with the server.
/// </summary>
/// <param name="http">The client, with the base address set.</param>
/// <param name="auth">How callers authenticate.</param>
public sealed class ShopClient(HttpClient http, AuthMode auth)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public AuthMode Auth => auth;

    public Task<Reply> PlaceAsync(Shopper shopper, Item item, string? key, CancellationToken cancellation) =>
        PlaceLinesAsync(shopper, [item], key, cancellation);

    public Task<Reply> PlaceLinesAsync(Shopper shopper, IReadOnlyList<Item> items, string? key, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(shopper);
        var user = auth is AuthMode.None ? $"\"user_id\":\"{shopper.UserId}\"," : "";
        var lines = string.Join(',', items.Select(item =>
            string.Create(CultureInfo.InvariantCulture, $$"""{"sku":"{{item.Sku}}","quantity":{{item.Quantity}}}""")));
        return SendAsync(HttpMethod.Post, "/orders", shopper, cancellation, $$"""{{{user}}"items":[{{lines}}]}""", key);
    }

    public Task<Reply> ActAsync(string orderId, string action, Shopper who, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"/orders/{orderId}/{action}", who, cancellation);

    public Task<Reply> ShipAsync(string orderId, string carrier, string trackingNumber, Shopper who, CancellationToken cancellation) =>
        SendAsync(
            HttpMethod.Post, $"/orders/{orderId}/ship", who, cancellation,
            $$"""{"carrier":"{{carrier}}","tracking_number":"{{trackingNumber}}"}""");

    public Task<Reply> CancelAsync(string orderId, Shopper who, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Delete, $"/orders/{orderId}", who, cancellation);

    public Task<Reply> OrderAsync(string orderId, Shopper who, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"/orders/{orderId}", who, cancellation);

    public Task<Reply> OrdersAsync(Shopper who, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, "/orders?limit=20", who, cancellation);

    /// <summary>Reads the events of an order (server-sent events) to the end, which follows a terminal event.</summary>
    public Task<Reply> EventsAsync(string orderId, Shopper who, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"/orders/{orderId}/events", who, cancellation);

    public Task<Reply> ProductAsync(string sku, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"/products/{sku}", null, cancellation);

    public Task<Reply> ProductsAsync(string? search, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, search is null ? "/products?limit=20" : $"/products?limit=20&search={search}", null, cancellation);

    public Task<Reply> StockAsync(string sku, Shopper staff, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"/products/{sku}/stock", staff, cancellation);

    public Task<Reply> TokenAsync(string userName, string password, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "/auth/token", null, cancellation, Body(new { user_name = userName, password }));

    public Task<Reply> MeAsync(Shopper who, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, "/users/me", who, cancellation);

    public Task<Reply> UserAsync(string userId, Shopper staff, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"/users/{userId}", staff, cancellation);

    public Task<Reply> RegisterAsync(string userName, string password, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "/users", null, cancellation, Body(new { user_name = userName, password }));

    public Task<Reply> DepositAsync(string userId, long amount, string key, Shopper staff, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"/users/{userId}/deposits", staff, cancellation, Body(new { amount, currency = "USD" }), key);

    public Task<Reply> PutProductAsync(string sku, string name, long price, Shopper staff, CancellationToken cancellation) =>
        SendAsync(
            HttpMethod.Put, $"/products/{sku}", staff, cancellation, Body(new { name, price = new { amount = price, currency = "USD" } }));

    public Task<Reply> AdjustStockAsync(string sku, long quantity, string key, Shopper staff, CancellationToken cancellation) =>
        SendAsync(
            HttpMethod.Post, $"/products/{sku}/stock-adjustments", staff, cancellation, Body(new { quantity, reason = "load test" }), key);

    private static string Body<T>(T value) => JsonSerializer.Serialize(value);

    private async Task<Reply> SendAsync(
        HttpMethod method, string path, Shopper? who, CancellationToken cancellation, string? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (auth is AuthMode.Bearer && who?.Token is { } token)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token);
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = Json } };
        }

        try
        {
            using var response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
            var content = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            return new((int)response.StatusCode, content, response.IsSuccessStatusCode ? Verdict.Succeeded : Verdict.Failed);
        }
        catch (HttpRequestException)
        {
            return Reply.NoAnswer;
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // HttpClient's own time-out.
            return Reply.NoAnswer;
        }
    }
}
