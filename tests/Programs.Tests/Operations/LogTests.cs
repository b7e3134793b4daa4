using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Granary.Programs.Tests.Operations;

public sealed class LogTests
{
    private const string Password = "three-words-nobody-guesses";
    private const string WrongPassword = "three-words-typed-wrongly";

    // More than a deployment would ever log.
    private static readonly Dictionary<string, string> Chatty = new()
    {
        ["DOTNET_ENVIRONMENT"] = "Production",
        ["Serilog__MinimumLevel__Default"] = "Verbose",
        ["Serilog__MinimumLevel__Override__Microsoft"] = "Debug",
        ["Serilog__MinimumLevel__Override__Orleans"] = "Information",
    };

    [Fact]
    public async Task The_log_is_json_that_names_request_trace_and_order_and_no_secret()
    {
        await using var product = await ProductProcess.StartAsync(Chatty);
        using var client = new HttpClient { BaseAddress = product.Address };
        var admin = product.AdminToken;
        await RegisterAsync(client);
        var token = await client.TokenAsync("joan", Password);
        await FailAsync(client, token);
        var (order, trace) = await OrderAsync(client, admin, token);

        JsonElement? answered = null;
        await Eventually.HoldsAsync(
            () => (answered = Find(product.Lines, order)) is not null,
            "the log tells of the order",
            cancellation: TestContext.Current.CancellationToken);

        Assert.Equal("the-request-of-joan", answered!.Value.GetProperty("RequestId").GetString());
        Assert.Equal(trace, answered.Value.GetProperty("@tr").GetString());
        Assert.Equal("/orders", answered.Value.GetProperty("Handler").GetString());
        var log = string.Join('\n', product.Lines);
        Assert.Contains("\"Handler\":\"/auth/token\"", log, StringComparison.Ordinal);
        foreach (var secret in (string[])[Product.AdminPassword, Password, WrongPassword, admin, token, token.Split('.')[2], "PBKDF2"])
        {
            Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
        }
    }

    private static async Task RegisterAsync(HttpClient client)
    {
        using var registered = await client.PostJson("/users", new { user_name = "joan", password = Password });
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
    }

    /// <summary>Requests that fail and contain a secret.</summary>
    private static async Task FailAsync(HttpClient client, string token)
    {
        using var wrong = await client.PostJson("/auth/token", new { user_name = "joan", password = WrongPassword });
        using var malformed = await client.PostAsync(
            "/auth/token",
            new StringContent($$"""{"user_name":"joan","password":"{{Password}}","password":["{{WrongPassword}}"]}""", null, "application/json"),
            TestContext.Current.CancellationToken);
        using var taken = await client.PostJson("/users", new { user_name = "joan", password = WrongPassword });
        using var page = await client.PostAsync(
            "/dashboard/login",
            new FormUrlEncodedContent([new("user_name", "joan"), new("password", Password)]),
            TestContext.Current.CancellationToken);
        using var tampered = await SendAsync(client, HttpMethod.Get, "/users/me", token[..^4] + "AAAA");
        using var forbidden = await SendAsync(client, HttpMethod.Put, "/users/me/roles", token, new { roles = new[] { "admin" } });

        Assert.Equal(
            [HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest, HttpStatusCode.Conflict, HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden],
            [wrong.StatusCode, malformed.StatusCode, taken.StatusCode, page.StatusCode, tampered.StatusCode, forbidden.StatusCode]);
    }

    private static async Task<(string Order, string Trace)> OrderAsync(HttpClient client, string admin, string token)
    {
        using var defined = await SendAsync(
            client, HttpMethod.Put, "/products/CUP", admin, new { name = "Cup", price = new { amount = 0, currency = "USD" } });
        using var stocked = await SendAsync(
            client, HttpMethod.Post, "/products/CUP/stock-adjustments", admin, new { quantity = 5, reason = "delivery" });
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (defined.StatusCode, stocked.StatusCode));
        var trace = ActivityTraceId.CreateRandom().ToString();
        client.DefaultRequestHeaders.Add("X-Request-Id", "the-request-of-joan");
        client.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-00");
        using var placed = await SendAsync(
            client, HttpMethod.Post, "/orders", token, new { items = new[] { new { sku = "CUP", quantity = 1 } } });
        return ((await placed.Expect(HttpStatusCode.Created)).Text("id")!, trace);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, string token, object? body = null) =>
        client.SendJson(method, path, body, ("Authorization", "Bearer " + token));

    /// <summary>The log line of the response to placing the order. Every line must be JSON.</summary>
    private static JsonElement? Find(IReadOnlyList<string> lines, string order)
    {
        foreach (var line in lines.Where(line => line.Length > 0))
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty("OrderId", out var id) && id.GetString() == order
                && json.RootElement.TryGetProperty("Handler", out _))
            {
                return json.RootElement.Clone();
            }
        }

        return null;
    }
}
