using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Granary.Testing;

namespace Granary.Programs.Tests.Operations;

/// <summary>The prerequisites of a test: products in stock and customers with money.</summary>
internal sealed class Shop(Uri address, string adminToken)
{
    private const string Password = "a password for every customer";

    public HttpClient Staff() => ClientOf(adminToken);

    /// <summary>The shop of a product in a separate process.</summary>
    public static async Task<Shop> OpenAsync(Uri address)
    {
        using var client = new HttpClient { BaseAddress = address };
        string? token = null;

        // The first administrator may not be registered yet.
        await Eventually.HoldsAsync(
            async () => (token = await TokenAsync(client, "admin", Product.AdminPassword)) is not null, "the administrator can log in");
        return new Shop(address, token!);
    }

    /// <summary>A customer with money.</summary>
    public async Task<HttpClient> CustomerAsync()
    {
        var name = $"customer-{Guid.NewGuid():n}"[..30];
        using var staff = Staff();
        var user = await Product.ExpectAsync(
            await Product.PostAsync(staff, "/users", new { user_name = name, password = Password }), HttpStatusCode.Created);
        var deposit = new { amount = 1_000_000, currency = "USD" };
        await Product.ExpectAsync(
            await Product.PostAsync(staff, $"/users/{user.GetProperty("id").GetString()}/deposits", deposit), HttpStatusCode.Created);
        return ClientOf((await TokenAsync(staff, name, Password))!);
    }

    /// <summary>A product with stock.</summary>
    /// <returns>Its SKU.</returns>
    public async Task<string> ShelveAsync(int stock = 1_000)
    {
        var sku = $"SKU-{Guid.NewGuid():n}"[..20].ToUpperInvariant();
        using var staff = Staff();
        var product = new { name = "Cup", price = new { amount = 500, currency = "USD" } };
        await Product.ExpectAsync(
            await staff.PutAsJsonAsync("/products/" + sku, product, TestContext.Current.CancellationToken), HttpStatusCode.Created);
        await Product.ExpectAsync(
            await Product.PostAsync(staff, $"/products/{sku}/stock-adjustments", new { quantity = stock, reason = "delivery" }),
            HttpStatusCode.Created);
        return sku;
    }

    private HttpClient ClientOf(string token)
    {
        var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(1) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static async Task<string?> TokenAsync(HttpClient client, string userName, string password)
    {
        using var answer = await Product.PostAsync(client, "/auth/token", new { user_name = userName, password });
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return answer.IsSuccessStatusCode ? json.RootElement.GetProperty("access_token").GetString() : null;
    }
}
