using System.Net;
using System.Text.Json;
using Granary.Client;
using Granary.Grains.Interfaces.Users;

namespace Granary.Http.Tests.BackOffice;

/// <summary>Lists of users and of stock: <c>GET /users</c> and <c>GET /stock</c>.</summary>
public sealed class ListTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Users_are_found_by_text_role_and_status_and_shown_with_their_wallets()
    {
        var mark = Shop.Unique("Crowd")[..16];
        var ids = new List<string>();
        foreach (var name in new[] { "carl", "Ada", "bob" })
        {
            using var registered = await app.CreateClient().PostJson(
                "/users", new { user_name = $"{name}.{mark}", password = "correct horse battery", display_name = $"Zoë of {mark}" });
            ids.Add((await registered.Expect(HttpStatusCode.Created)).Text("id")!);
        }

        await Do(HttpMethod.Post, $"/users/{ids[1]}/deposits", Shop.Usd(700));
        await Do(HttpMethod.Put, $"/users/{ids[2]}/roles", new { roles = new[] { "customer", "operator" } });
        await Do(HttpMethod.Post, $"/users/{ids[0]}/suspend", null);

        var all = await Until($"?search={mark.ToUpperInvariant()}", ids[1], ids[2], ids[0]);
        Assert.Equal(700, all[0].Number("wallet", "available", "amount"));
        await Until($"?search=ZOË%20OF%20{mark}", ids[1], ids[2], ids[0]);
        await Until($"?search={mark}&status=suspended", ids[0]);
        await Until($"?search={mark}&status=active", ids[1], ids[2]);
        await Until($"?search={mark}&role=operator", ids[2]);
        await Until($"?search={mark}&role=operator&status=suspended");
        Assert.Contains((await Read("?role=admin")).At("data").EnumerateArray(), user => user.Text("id") == UserId.From("admin"));
        var client = new GranaryClient(_shop.Staff);
        Assert.Equal([ids[1], ids[2], ids[0]], await client.ListUsersAsync(mark, cancellationToken: Cancellation).Select(user => user.Id).ToListAsync(Cancellation));

        var first = await Read($"?search={mark}&limit=2");
        Assert.Equal([ids[1], ids[2]], Ids(first));
        Assert.Equal([ids[0]], Ids(await Read($"?search={mark}&limit=2&cursor={first.Text("next_cursor")}")));
    }

    [Fact]
    public async Task Stock_is_listed_as_it_is_the_lowest_first()
    {
        var (scarce, plenty) = (await _shop.Product(stock: 3), await _shop.Product(stock: 2_000_000));
        var customer = await _shop.Customer();
        await customer.Placed((scarce, 2));
        var paid = (await customer.Placed((plenty, 5))).Text("id");
        using var payment = await customer.Http.PostJson($"/orders/{paid}/pay");
        await payment.Expect(HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () => (await _shop.Stock(plenty)).Number("sold") == 5, "the order is sold", cancellation: Cancellation);
        var client = new GranaryClient(_shop.Staff);

        List<StockLevel> all = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                all = await client.ListStockAsync(cancellationToken: Cancellation).ToListAsync(Cancellation);
                return await IsListed(scarce) && await IsListed(plenty);
            },
            "both levels are listed as the items know them",
            cancellation: Cancellation);

        Assert.Equal(all.Select(level => level.Available).Order(), all.Select(level => level.Available));
        var low = await client.ListStockAsync(low: true, Cancellation).ToListAsync(Cancellation);
        Assert.Contains(low, level => level.Sku == scarce);
        Assert.DoesNotContain(low, level => level.Available > 10);
        using var every = await _shop.Staff.SendJson(HttpMethod.Get, "/stock?low=false&limit=1");
        Assert.Equal(1, (await every.Expect(HttpStatusCode.OK)).At("data").GetArrayLength());

        await Do(HttpMethod.Put, "/products/" + scarce, new { name = "Scarce cup", price = Shop.Usd(1), status = "suspended" });
        JsonElement? item = null;
        for (var cursor = ""; item is null; )
        {
            using var page = await _shop.Staff.SendJson(HttpMethod.Get, $"/stock?low=true&limit=100{cursor}");
            var body = await page.Expect(HttpStatusCode.OK);
            item = body.At("data").EnumerateArray().Cast<JsonElement?>().FirstOrDefault(item => item!.Value.Text("sku") == scarce);
            cursor = item is null ? "&cursor=" + body.Text("next_cursor") : "";
        }

        Assert.Equal(("Scarce cup", "suspended"), (item.Value.Text("name"), item.Value.Text("status")));

        async Task<bool> IsListed(string sku) => all.Find(level => level.Sku == sku) == await client.GetStockAsync(sku, Cancellation);
    }

    [Theory]
    [InlineData("/users?role=root", "role")]
    [InlineData("/users?status=gone", "status")]
    [InlineData("/users?cursor=eA", "cursor")]
    [InlineData("/users?name=ada", "name")]
    [InlineData("/stock?low=yes", "low")]
    [InlineData("/stock?cursor=eA", "cursor")]
    public async Task A_malformed_query_is_refused(string path, string field)
    {
        using var response = await _shop.Staff.SendJson(HttpMethod.Get, path);

        var problem = await response.ExpectProblem(400, "validation");
        Assert.True(problem.At("errors").TryGetProperty(field, out _), problem.GetRawText());
    }

    private async Task<List<JsonElement>> Until(string query, params string[] ids)
    {
        JsonElement page = default;
        await Eventually.HoldsAsync(
            async () => Ids(page = await Read(query)).SequenceEqual(ids), $"{query} lists {ids.Length} users", cancellation: Cancellation);
        return [.. page.At("data").EnumerateArray()];
    }

    private async Task<JsonElement> Read(string query)
    {
        using var response = await _shop.Staff.SendJson(HttpMethod.Get, "/users" + query);
        return await response.Expect(HttpStatusCode.OK);
    }

    private static IEnumerable<string?> Ids(JsonElement page) => page.At("data").EnumerateArray().Select(user => user.Text("id"));

    private async Task Do(HttpMethod method, string path, object? body)
    {
        using var response = await _shop.Staff.SendJson(method, path, body);
        Assert.True(response.IsSuccessStatusCode, path);
    }
}
