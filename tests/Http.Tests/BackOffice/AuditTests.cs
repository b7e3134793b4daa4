using System.Net;
using System.Text.Json;
using Granary.Client;
using Granary.Grains.Interfaces.Users;

namespace Granary.Http.Tests.BackOffice;

/// <summary>Who changed what: <c>GET /audit</c> and <c>GET /products/{sku}/stock-adjustments</c>.</summary>
public sealed class AuditTests(GranaryApp app)
{
    private static readonly string Admin = UserId.From("admin");

    private readonly Shop _shop = app.OpenShop();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_of_a_product_tells_who_from_what_to_what()
    {
        var sku = await _shop.Product(stock: 7, price: 1_400, name: "Cup");
        using var changed = await _shop.Staff.SendJson(HttpMethod.Put, "/products/" + sku, new { name = "Cup", price = Shop.Usd(1_500), status = "suspended" });
        await changed.Expect(HttpStatusCode.OK);

        var entries = await Until("?subject=product/" + sku, 4);

        Assert.Equal(["product.suspended", "product.changed", "stock.adjusted", "product.defined"], entries.Select(entry => entry.Text("type")));
        Assert.All(entries, entry => Assert.Equal(Admin, entry.Text("by")));
        Assert.Equal("""{"price":{"amount":1400,"currency":"USD"}}""", entries[1].At("from").GetRawText());
        Assert.Equal("""{"price":{"amount":1500,"currency":"USD"}}""", entries[1].At("to").GetRawText());
        Assert.Equal("""{"quantity":7,"reason":"delivery"}""", entries[2].At("to").GetRawText());
        Assert.False(entries[3].TryGetProperty("from", out _));
        Assert.Equal(2, (await Until($"?subject=product/{sku}&from={entries[1].Text("at")}", 2)).Count);
        Assert.Equal(2, (await Until($"?subject=product/{sku}&to={entries[1].Text("at")}", 2)).Count);
    }

    [Fact]
    public async Task A_change_of_a_user_and_a_cancellation_by_staff_are_found_by_their_actor()
    {
        var id = await app.Register(Roles.Admin);
        using var clerk = app.CreateClient(app.TokenOf(id, Roles.Admin));
        var customer = await _shop.Customer(money: 0);
        await Do(clerk, HttpMethod.Post, $"/users/{customer.Id}/deposits", new { amount = 5_000, currency = "USD", reference = "transfer 1" });
        await Do(clerk, HttpMethod.Put, $"/users/{customer.Id}/roles", new { roles = new[] { "customer", "operator" } });
        var sku = await _shop.Product();
        var (own, other) = ((await customer.Placed((sku, 1))).Text("id"), (await customer.Placed((sku, 1))).Text("id"));
        await Do(customer.Http, HttpMethod.Delete, "/orders/" + own, null);
        await Do(clerk, HttpMethod.Delete, "/orders/" + other, new { reason = "sold out" });
        await Do(clerk, HttpMethod.Post, $"/users/{customer.Id}/suspend", null);
        await Do(clerk, HttpMethod.Post, $"/users/{customer.Id}/reactivate", null);

        var entries = await Until("?actor=" + id, 5);

        Assert.Equal(
            ["user.reactivated", "user.suspended", "order.cancelled", "user.roles_changed", "wallet.deposited"], entries.Select(entry => entry.Text("type")));
        Assert.Equal("order/" + other, entries[2].Text("subject"));
        Assert.Equal("""{"status":"pending"}""", entries[2].At("from").GetRawText());
        Assert.Equal("""{"status":"cancelled","reason":"sold out"}""", entries[2].At("to").GetRawText());
        Assert.Equal("""{"status":"active"}""", entries[1].At("from").GetRawText());
        Assert.Equal("""{"roles":["customer"]}""", entries[3].At("from").GetRawText());
        Assert.Equal("""{"roles":["customer","operator"]}""", entries[3].At("to").GetRawText());
        Assert.Equal("""{"amount":{"amount":5000,"currency":"USD"},"reference":"transfer 1"}""", entries[4].At("to").GetRawText());
        Assert.Equal(4, (await Until($"?actor={id}&subject=user/{customer.Id}", 4)).Count);
        Assert.Empty(await Read("?subject=order/" + own));
    }

    [Fact]
    public async Task A_key_is_audited_from_its_creation_to_its_end_and_so_is_what_it_does()
    {
        using var created = await _shop.Staff.PostJson("/api-keys", new { name = "ERP", scopes = new[] { "users:write" } });
        var key = await created.Expect(HttpStatusCode.Created);
        var customer = await _shop.Customer(money: 0);
        using (var machine = app.CreateClient(key.Text("key")))
        {
            await Do(machine, HttpMethod.Post, $"/users/{customer.Id}/deposits", new { amount = 5, currency = "USD" });
        }

        await Do(_shop.Staff, HttpMethod.Delete, "/api-keys/" + key.Text("id"), null);

        var entries = await Until("?subject=key/" + key.Text("id"), 2);
        Assert.Equal(["api_key.revoked", "api_key.created"], entries.Select(entry => entry.Text("type")));
        Assert.Equal("""{"name":"ERP","scopes":["users:write"],"status":"active"}""", entries[1].At("to").GetRawText());
        Assert.Equal("""{"status":"revoked"}""", entries[0].At("to").GetRawText());
        Assert.Equal("wallet.deposited", Assert.Single(await Until("?actor=" + key.Text("id"), 1)).Text("type"));
    }

    [Fact]
    public async Task Pages_of_the_audit_and_of_adjustments_follow_each_other()
    {
        var sku = await _shop.Product(stock: 0);
        for (var i = 1; i <= 5; i++)
        {
            await Do(_shop.Staff, HttpMethod.Post, $"/products/{sku}/stock-adjustments", new { quantity = i, reason = "count" });
        }

        await Until("?subject=product/" + sku, 6);
        var client = new GranaryClient(_shop.Staff);

        var adjustments = await client.ListStockAdjustmentsAsync(sku, Cancellation).ToListAsync(Cancellation);
        Assert.Equal([5L, 4, 3, 2, 1], adjustments.Select(adjustment => adjustment.Quantity));
        Assert.All(adjustments, adjustment => Assert.Equal((Admin, "count"), (adjustment.By, adjustment.Reason)));
        Assert.Equal(6, (await client.ListAuditAsync("product/" + sku, Admin, cancellationToken: Cancellation).ToListAsync(Cancellation)).Count);
        foreach (var path in new[] { $"/audit?subject=product/{sku}&", $"/products/{sku}/stock-adjustments?" })
        {
            var quantities = new List<long>();
            string? cursor = null;
            do
            {
                using var response = await _shop.Staff.SendJson(HttpMethod.Get, $"{path}limit=2{(cursor is null ? "" : "&cursor=" + cursor)}");
                var page = await response.Expect(HttpStatusCode.OK);
                quantities.AddRange(page.At("data").EnumerateArray().Select(entry => entry.TryGetProperty("quantity", out var quantity)
                    ? quantity.GetInt64()
                    : entry.At("to").TryGetProperty("quantity", out var moved) ? moved.GetInt64() : 0));
                cursor = page.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
            }
            while (cursor is not null);

            Assert.Equal([5L, 4, 3, 2, 1], quantities.Where(quantity => quantity > 0));
        }
    }

    [Theory]
    [InlineData("/audit?limit=0", "limit")]
    [InlineData("/audit?from=yesterday", "from")]
    [InlineData("/audit?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from")]
    [InlineData("/audit?cursor=eA", "cursor")]
    [InlineData("/audit?user=ada", "user")]
    [InlineData("/products/CUP/stock-adjustments?cursor=eA", "cursor")]
    public async Task A_malformed_query_is_refused(string path, string field)
    {
        using var response = await _shop.Staff.SendJson(HttpMethod.Get, path);

        var problem = await response.ExpectProblem(400, "validation");
        Assert.True(problem.At("errors").TryGetProperty(field, out _), problem.GetRawText());
    }

    private async Task<List<JsonElement>> Until(string query, int count)
    {
        List<JsonElement> entries = [];
        await Eventually.HoldsAsync(
            async () => (entries = await Read(query)).Count >= count, $"{count} changes are listed", cancellation: Cancellation);
        Assert.Equal(count, entries.Count);
        return entries;
    }

    private async Task<List<JsonElement>> Read(string query)
    {
        using var response = await _shop.Staff.SendJson(HttpMethod.Get, "/audit" + query);
        return [.. (await response.Expect(HttpStatusCode.OK)).At("data").EnumerateArray()];
    }

    private static async Task Do(HttpClient http, HttpMethod method, string path, object? body)
    {
        using var response = await http.SendJson(method, path, body);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync(Cancellation)}");
    }
}
