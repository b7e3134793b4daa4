using System.Globalization;
using System.Net;
using System.Text.Json;
using Granary.Api.Http;

namespace Granary.Http.Tests.Orders;

public sealed class ListOrdersTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    [Fact]
    public async Task Customers_see_their_own_orders_the_newest_first()
    {
        var sku = await _shop.Product();
        var (ada, bob) = (await _shop.Customer(), await _shop.Customer());
        var first = (await ada.Placed((sku, 1))).Text("id");
        var second = (await ada.Placed((sku, 2))).Text("id");
        await bob.Placed((sku, 3));

        await Eventually.HoldsAsync(
            async () => Ids(await List(ada.Http, "")).SequenceEqual([second, first]), "both orders are listed", cancellation: Cancellation);
    }

    [Fact]
    public async Task Pages_follow_the_cursor_to_the_end()
    {
        var sku = await _shop.Product();
        var ada = await _shop.Customer();
        var placed = new List<string?>();
        for (var i = 0; i < 5; i++)
        {
            placed.Insert(0, (await ada.Placed((sku, 1))).Text("id"));
        }

        await Eventually.HoldsAsync(async () => Ids(await List(ada.Http, "")).Count == 5, "all orders are listed", cancellation: Cancellation);

        var seen = new List<string?>();
        var page = await List(ada.Http, "?limit=2");
        seen.AddRange(Ids(page));
        while (page.TryGetProperty("next_cursor", out var cursor))
        {
            page = await List(ada.Http, $"?limit=2&cursor={cursor.GetString()}");
            seen.AddRange(Ids(page));
        }

        Assert.Equal(placed, seen);
    }

    [Fact]
    public async Task Operators_filter_by_user_status_and_time()
    {
        var sku = await _shop.Product();
        var ada = await _shop.Customer();
        var pending = await ada.Placed((sku, 1));
        var paid = (await ada.Placed((sku, 1))).Text("id");
        using var payment = await ada.Http.PostJson($"/orders/{paid}/pay");
        await payment.Expect(HttpStatusCode.OK);

        var user = $"?user_id={ada.Id}";
        await Eventually.HoldsAsync(
            async () => Ids(await List(_shop.Staff, user + "&status=paid")).SequenceEqual([paid]), "the paid order is found", cancellation: Cancellation);
        await Eventually.HoldsAsync(
            async () => Ids(await List(_shop.Staff, user + "&status=pending")).SequenceEqual([pending.Text("id")]), "the pending order is found", cancellation: Cancellation);
        Assert.Empty(Ids(await List(_shop.Staff, user + "&to=" + pending.Text("created_at"))));
        Assert.Equal(2, Ids(await List(_shop.Staff, user + "&from=" + pending.Text("created_at"))).Count);
    }

    [Fact]
    public async Task Orders_are_found_by_product_reference_and_tracking_number_and_sorted_either_way()
    {
        var (tea, cup) = (await _shop.Product(), await _shop.Product());
        var ada = await _shop.Customer();
        var first = await ada.Placed((tea, 1), (cup, 1));
        var second = await ada.Placed((cup, 1));
        var reference = Shop.Unique("web");
        using var third = await ada.Http.PostJson(
            "/orders", $$"""{ "items": [{ "sku": "{{tea}}", "quantity": 1 }], "external_reference": "{{reference}}" }""");
        var named = (await third.Expect(HttpStatusCode.Created)).Text("id");
        var number = Shop.Unique("RR");
        using var amended = await ada.Http.SendJson(
            HttpMethod.Put, $"/orders/{second.Text("id")}", $$"""{ "items": [{ "sku": "{{tea}}", "quantity": 1 }] }""", ("If-Match", "\"1\""));
        await amended.Expect(HttpStatusCode.OK);
        foreach (var (client, step, body) in new[]
        {
            (ada.Http, "pay", null), (_shop.Staff, "pack", null), (_shop.Staff, "ship", $$"""{ "carrier": "Post", "tracking_number": "{{number}}" }"""),
        })
        {
            using var moved = await client.PostJson($"/orders/{first.Text("id")}/{step}", body);
            await moved.Expect(HttpStatusCode.OK);
        }

        await Eventually.HoldsAsync(
            async () => Ids(await List(_shop.Staff, $"?tracking={number}")).SequenceEqual([first.Text("id")]), "the parcel is found", cancellation: Cancellation);
        await Eventually.HoldsAsync(async () => Ids(await List(_shop.Staff, $"?sku={tea}")).Count == 3, "every order is listed", cancellation: Cancellation);
        Assert.Equal([first.Text("id")], Ids(await List(ada.Http, $"?sku={cup}")));
        Assert.Equal([named, second.Text("id"), first.Text("id")], Ids(await List(_shop.Staff, $"?sku={tea}&sort=newest")));
        Assert.Equal([first.Text("id"), second.Text("id"), named], Ids(await List(_shop.Staff, $"?sku={tea}&sort=oldest")));
        Assert.Equal([named], Ids(await List(ada.Http, $"?external_reference={reference}")));
        Assert.Empty(Ids(await List((await _shop.Customer()).Http, $"?external_reference={reference}")));

        var changed = $"?sku={tea}&updated_since={Uri.EscapeDataString(second.Text("created_at")!)}";
        Assert.Equal([first.Text("id"), second.Text("id"), named], Ids(await List(ada.Http, changed)));
        var page = await List(ada.Http, changed + "&sort=oldest&limit=1");
        Assert.Equal([named], Ids(page));
        Assert.Equal([second.Text("id")], Ids(await List(ada.Http, $"{changed}&sort=oldest&limit=1&cursor={page.Text("next_cursor")}")));
    }

    [Fact]
    public async Task Another_customers_orders_cannot_be_asked_for()
    {
        var (ada, bob) = (await _shop.Customer(), await _shop.Customer());
        using var response = await bob.Http.SendJson(HttpMethod.Get, $"/orders?user_id={ada.Id}");
        await response.ExpectProblem(403, "forbidden");
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("status=lost")]
    [InlineData("user_id=bob")]
    [InlineData("from=yesterday")]
    [InlineData("from=2026-01-01T00:00:00")]
    [InlineData("from=2026-01-01T00:00:61Z")]
    [InlineData("from=2026-01-01T24:00:00Z")]
    [InlineData("from=2026-02-30T00:00:00Z")]
    [InlineData("from=2026-01-01T00:00:00.Z")]
    [InlineData("from=2026-01-01T00:00:00+0100")]
    [InlineData("sku=with%20space")]
    [InlineData("sku=")]
    [InlineData("tracking=%00")]
    [InlineData("external_reference=%0A")]
    [InlineData("updated_since=yesterday")]
    [InlineData("sort=cheapest")]
    [InlineData("sort=Oldest")]
    [InlineData("cursor=bm90IGEgY3Vyc29y")]
    [InlineData("status=paid&status=pending")]
    [InlineData("limit=1&limit=1")]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")]
    public async Task An_invalid_filter_is_refused(string query)
    {
        using var response = await _shop.Staff.SendJson(HttpMethod.Get, "/orders?" + query);
        await response.ExpectProblem(400, "validation");
    }

    [Theory]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z")]
    [InlineData("2026-01-31t12:00:00z", "2026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T13:30:00+01:30", "2026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.5000000Z")]
    [InlineData("2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.1234567Z")]
    [InlineData("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.9999999Z")]
    [InlineData("2016-12-31T23:59:60.25z", "2016-12-31T23:59:59.9999999Z")]
    public void A_time_is_read_in_every_form_of_RFC_3339(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), Rfc3339.Parse(text));

    [Fact]
    public async Task All_times_of_an_order_have_whole_microseconds()
    {
        var order = await (await _shop.Customer()).Placed((await _shop.Product(), 1));

        Assert.All(
            (string[])["created_at", "updated_at", "expires_at"],
            name => Assert.Equal(0, order.At(name).GetDateTime().Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<JsonElement> List(HttpClient client, string query)
    {
        using var response = await client.SendJson(HttpMethod.Get, "/orders" + query);
        return await response.Expect(HttpStatusCode.OK);
    }

    private static List<string?> Ids(JsonElement page) => [.. page.At("data").EnumerateArray().Select(order => order.Text("id"))];
}
