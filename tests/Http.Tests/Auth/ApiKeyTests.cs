using System.Net;
using System.Text.Json;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Auth;

/// <summary>The keys of a shop's machines: their life, and what a machine does with one.</summary>
public sealed class ApiKeyTests(GranaryApp app)
{
    private static readonly string[] OfStorefront = [Scopes.OrdersWrite, Scopes.OrdersRead, Scopes.UsersWrite, Scopes.UsersRead];

    [Fact]
    public async Task A_key_is_shown_once_and_listed_by_its_prefix()
    {
        using var admin = app.CreateClient(app.AdminToken);
        var name = Shop.Unique("storefront");
        using var created = await admin.PostJson("/api-keys", new { name, scopes = OfStorefront, expires_at = "2099-01-01T00:00:00Z" });
        var key = await created.Expect(HttpStatusCode.Created);
        var text = key.Text("key")!;

        Assert.True(created.Headers.CacheControl?.NoStore);
        Assert.StartsWith(key.Text("prefix") + "_", text, StringComparison.Ordinal);
        Assert.Equal(ApiKeyText.IdOf(text), key.Text("id"));
        var listed = await Listed(admin, key.Text("id")!);
        Assert.Equal(name, listed.Text("name"));
        Assert.Equal(OfStorefront, listed.At("scopes").EnumerateArray().Select(scope => scope.GetString()));
        Assert.Equal("2099-01-01T00:00:00Z", listed.Text("expires_at"));
        Assert.False(listed.TryGetProperty("key", out _));
        Assert.False(listed.TryGetProperty("last_used_at", out _));
    }

    [Fact]
    public async Task The_last_use_of_a_key_is_listed()
    {
        using var admin = app.CreateClient(app.AdminToken);
        var text = await app.ApiKey(Scopes.OrdersRead);
        using var machine = app.CreateClient(text);
        var before = DateTimeOffset.UtcNow.AddMinutes(-1);

        await Eventually.HoldsAsync(async () =>
        {
            using var orders = await machine.SendJson(HttpMethod.Get, "/orders?limit=1");
            await orders.Expect(HttpStatusCode.OK);
            return (await Listed(admin, ApiKeyText.IdOf(text)!)).TryGetProperty("last_used_at", out var used) && used.GetDateTimeOffset() > before;
        }, cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_revoked_key_ends_and_stays_ended()
    {
        using var admin = app.CreateClient(app.AdminToken);
        var text = await app.ApiKey(Scopes.OrdersRead);
        using var machine = app.CreateClient(text);
        using (var before = await machine.SendJson(HttpMethod.Get, "/orders?limit=1"))
        {
            await before.Expect(HttpStatusCode.OK);
        }

        for (var i = 0; i < 2; i++)
        {
            using var revoked = await admin.SendJson(HttpMethod.Delete, "/api-keys/" + ApiKeyText.IdOf(text));
            Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        }

        await Eventually.HoldsAsync(async () =>
        {
            using var after = await machine.SendJson(HttpMethod.Get, "/orders?limit=1");
            return after.StatusCode == HttpStatusCode.Unauthorized;
        }, cancellation: TestContext.Current.CancellationToken);
        using var list = await admin.SendJson(HttpMethod.Get, "/api-keys?limit=100");
        Assert.DoesNotContain((await list.Body()).At("data").EnumerateArray(), key => key.Text("id") == ApiKeyText.IdOf(text));
    }

    [Fact]
    public async Task An_unknown_key_that_looks_like_one_that_exists_is_refused()
    {
        var text = await app.ApiKey(Scopes.OrdersRead);
        foreach (var other in new[] { text[..^1] + (text[^1] == 'a' ? 'b' : 'a'), text + "a", text[..^1], text.ToUpperInvariant(), "gk_", "gk_x_y" })
        {
            using var machine = app.CreateClient(other);
            using var answer = await machine.SendJson(HttpMethod.Get, "/orders");
            await answer.Expect(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task An_expired_key_is_refused_although_nobody_revoked_it()
    {
        var (id, text) = ApiKeyText.Generate();
        var keys = app.Services.GetRequiredService<IGrainFactory>().GetGrain<IApiKeysGrain>(ApiKeyText.Ring);
        await keys.Create(new CreateApiKey(id, "ended", [Scopes.OrdersRead], ApiKeyText.HashOf(text), DateTimeOffset.UtcNow.AddSeconds(-1), UserId.System));
        using var machine = app.CreateClient(text);

        using var answer = await machine.SendJson(HttpMethod.Get, "/orders");

        await answer.Expect(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("""{"scopes":["orders:read"]}""", "name")]
    [InlineData("""{"name":"erp"}""", "scopes")]
    [InlineData("""{"name":"erp","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"erp","scopes":["orders:read","orders:delete"]}""", "scopes[1]")]
    [InlineData("""{"name":"erp","scopes":["orders:read"],"expires_at":"tomorrow"}""", "expires_at")]
    [InlineData("""{"name":"erp","scopes":["orders:read"],"expires_at":"2020-01-01T00:00:00Z"}""", "expires_at")]
    public async Task Bad_input_is_named(string body, string field)
    {
        using var admin = app.CreateClient(app.AdminToken);
        using var answer = await admin.PostJson("/api-keys", body);

        Assert.True((await answer.Expect(HttpStatusCode.BadRequest)).At("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task A_storefront_registers_a_customer_who_cannot_log_in_and_orders_for_the_customer()
    {
        var shop = app.OpenShop();
        var sku = await shop.Product(price: 300);
        using var machine = app.CreateClient(await app.ApiKey(OfStorefront));
        var name = Shop.Unique("guest");
        using var registered = await machine.PostJson("/users", new { user_name = name, display_name = "Ada" });
        var customer = (await registered.Expect(HttpStatusCode.Created)).Text("id")!;
        using (var deposit = await machine.PostJson($"/users/{customer}/deposits", new { amount = 1_000, currency = "USD" }))
        {
            await deposit.Expect(HttpStatusCode.Created);
        }

        using var placed = await machine.PostJson("/orders", new { user_id = customer, items = new[] { new { sku, quantity = 2 } } });
        var order = await placed.Expect(HttpStatusCode.Created);
        using var paid = await machine.PostJson($"/orders/{order.Text("id")}/pay", null);
        var timeline = (await paid.Expect(HttpStatusCode.OK)).At("timeline").EnumerateArray().ToList();

        Assert.Equal(customer, order.Text("user_id"));
        Assert.All(timeline, entry => Assert.StartsWith("key_", entry.Text("by"), StringComparison.Ordinal));
        using var login = await machine.PostJson("/auth/token", new { user_name = name, password = "" });
        Assert.Equal(HttpStatusCode.BadRequest, login.StatusCode);
        using var guess = await machine.PostJson("/auth/token", new { user_name = name, password = "correct horse battery staple" });
        await guess.Expect(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_key_orders_only_for_a_user_that_it_names()
    {
        var sku = await app.OpenShop().Product();
        using var machine = app.CreateClient(await app.ApiKey(Scopes.OrdersWrite));

        using var answer = await machine.PostJson("/orders", new { items = new[] { new { sku, quantity = 1 } } });

        Assert.True((await answer.Expect(HttpStatusCode.BadRequest)).At("errors").TryGetProperty("user_id", out _));
    }

    [Fact]
    public async Task A_caller_without_a_key_needs_a_password_to_register()
    {
        using var stranger = app.CreateClient();
        using var answer = await stranger.PostJson("/users", new { user_name = Shop.Unique("guest") });

        Assert.True((await answer.Expect(HttpStatusCode.BadRequest)).At("errors").TryGetProperty("password", out _));
    }

    private static async Task<JsonElement> Listed(HttpClient admin, string id)
    {
        string? cursor = null;
        do
        {
            using var list = await admin.SendJson(HttpMethod.Get, "/api-keys?limit=3" + (cursor is null ? "" : "&cursor=" + cursor));
            var page = await list.Expect(HttpStatusCode.OK);
            if (page.At("data").EnumerateArray().FirstOrDefault(key => key.Text("id") == id) is { ValueKind: JsonValueKind.Object } found)
            {
                return found;
            }

            cursor = page.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        throw new InvalidOperationException($"{id} is not in the list.");
    }
}
