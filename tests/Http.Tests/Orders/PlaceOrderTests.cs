using System.Net;
using Granary.Grains.Interfaces;

namespace Granary.Http.Tests.Orders;

public sealed class PlaceOrderTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    [Fact]
    public async Task A_placed_order_is_pending_and_reserves_stock_and_money()
    {
        var customer = await _shop.Customer(money: 10_000);
        var sku = await _shop.Product(stock: 10, price: 1_500, name: "Chai");

        using var response = await customer.Order(null, (sku, 3));
        var order = await response.Expect(HttpStatusCode.Created);

        Assert.Equal($"/orders/{order.Text("id")}", response.Headers.Location?.ToString());
        Assert.Equal($"\"{order.Number("version")}\"", response.Headers.ETag?.Tag);
        Assert.Equal("pending", order.Text("status"));
        Assert.Equal(customer.Id, order.Text("user_id"));
        Assert.Equal(4_500, order.Number("total", "amount"));
        Assert.Equal("USD", order.Text("total", "currency"));
        var item = order.At("items").EnumerateArray().Single();
        Assert.Equal(sku, item.Text("sku"));
        Assert.Equal("Chai", item.Text("name"));
        Assert.Equal(3, item.Number("quantity"));
        Assert.Equal(1_500, item.Number("unit_price", "amount"));
        Assert.Equal(4_500, item.Number("line_total", "amount"));
        Assert.EndsWith("Z", order.Text("created_at"), StringComparison.Ordinal);
        Assert.EndsWith("Z", order.Text("expires_at"), StringComparison.Ordinal);
        Assert.Contains("pay", order.At("allowed_actions").Texts());
        Assert.Equal("order.placed", order.At("timeline").EnumerateArray().First().Text("type"));

        Assert.Equal((5_500, 4_500), await _shop.Wallet(customer));
        var stock = await _shop.Stock(sku);
        Assert.Equal(10, stock.Number("on_hand"));
        Assert.Equal(3, stock.Number("reserved"));
        Assert.Equal(7, stock.Number("available"));
    }

    [Fact]
    public async Task A_reference_and_metadata_are_kept_as_they_were_written_and_the_reference_names_one_order()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();
        var body = $$"""
            { "items": [{ "sku": "{{sku}}", "quantity": 1 }], "external_reference": "web 1",
              "metadata": { "saleChannel": "Web", "Zone/1": "", "a_b": "é" } }
            """;

        using var first = await customer.Http.PostJson("/orders", body, ("Idempotency-Key", "one"));
        var order = await first.Expect(HttpStatusCode.Created);
        using var repeated = await customer.Http.PostJson("/orders", body, ("Idempotency-Key", "one"));
        using var second = await customer.Http.PostJson("/orders", body, ("Idempotency-Key", "two"));

        Assert.Equal("web 1", order.Text("external_reference"));
        Assert.Equal(
            [("Zone/1", ""), ("a_b", "é"), ("saleChannel", "Web")],
            order.At("metadata").EnumerateObject().Select(pair => (pair.Name, pair.Value.GetString()!)));
        Assert.Equal(order.Text("id"), (await repeated.Expect(HttpStatusCode.OK)).Text("id"));
        Assert.Equal(order.Text("id"), (await second.ExpectProblem(409, "external-reference-taken")).Text("order_id"));
        using var changed = await customer.Http.PostJson("/orders", body.Replace("\"Web\"", "\"Shop\"", StringComparison.Ordinal), ("Idempotency-Key", "one"));
        await changed.ExpectProblem(422, "idempotency-key-reused");
        using var read = await customer.Http.SendJson(HttpMethod.Get, $"/orders/{order.Text("id")}");
        Assert.Equal(order.At("metadata").GetRawText(), (await read.Body()).At("metadata").GetRawText());
    }

    [Theory]
    [InlineData("""{ "a": 1 }""")]
    [InlineData("""{ "a": null }""")]
    [InlineData("""{ "": "empty key" }""")]
    [InlineData("""{ "12345678901234567890123456789012345678901": "long key" }""")]
    [InlineData("""{ "a": "1", "a": "2" }""")]
    [InlineData("""["a"]""")]
    [InlineData(""" "a" """)]
    public async Task Metadata_are_texts_by_short_keys(string metadata)
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();

        using var answer = await customer.Http.PostJson("/orders", $$"""{ "items": [{ "sku": "{{sku}}", "quantity": 1 }], "metadata": {{metadata}} }""");

        await answer.ExpectProblem(400, "validation");
    }

    [Fact]
    public async Task References_and_metadata_have_bounds()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();
        string Body(string reference, int pairs, int length) => $$"""
            { "items": [{ "sku": "{{sku}}", "quantity": 1 }], "external_reference": "{{reference}}",
              "metadata": { {{string.Join(", ", Enumerable.Range(0, pairs).Select(i => $"\"k{i}\": \"{new string('v', length)}\""))}} } }
            """;

        using var most = await customer.Http.PostJson("/orders", Body(new string('r', 255), 20, 500));
        await most.Expect(HttpStatusCode.Created);
        foreach (var beyond in new[] { Body(new string('r', 256), 1, 1), Body("", 1, 1), Body(" ", 1, 1), Body("p", 21, 1), Body("v", 1, 501) })
        {
            using var answer = await customer.Http.PostJson("/orders", beyond);
            await answer.ExpectProblem(400, "validation");
        }
    }

    [Fact]
    public async Task Lines_of_one_product_are_merged()
    {
        var customer = await _shop.Customer();
        var (tea, cup) = (await _shop.Product(), await _shop.Product());

        var order = await customer.Placed((tea, 1), (cup, 2), (tea, 4));

        Assert.Equal([(tea, 5L), (cup, 2L)],
            order.At("items").EnumerateArray().Select(item => (item.Text("sku")!, item.Number("quantity"))));
    }

    [Fact]
    public async Task A_note_and_an_address_are_kept_as_they_were_written()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();
        const string Note = "Ring twice ☕️ — 𝒩ot at noon\nשלום";

        using var response = await customer.Http.PostJson("/orders", new
        {
            user_id = customer.Id,
            items = new[] { new { sku, quantity = 1 } },
            shipping_address = new { name = "Ana Trujillo", city = "México D.F.", country = "Mexico" },
            note = Note,
        });
        var order = await response.Expect(HttpStatusCode.Created);

        Assert.Equal(Note, order.Text("note"));
        Assert.Equal("México D.F.", order.Text("shipping_address", "city"));
    }

    [Fact]
    public async Task An_order_beyond_the_stock_is_refused_and_takes_nothing()
    {
        var customer = await _shop.Customer();
        var (plenty, scarce) = (await _shop.Product(stock: 100), await _shop.Product(stock: 2));

        using var response = await customer.Order(null, (plenty, 5), (scarce, 3));
        var problem = await response.ExpectProblem(409, "insufficient-stock");

        var line = problem.At("lines").EnumerateArray().Single();
        Assert.Equal(scarce, line.Text("sku"));
        Assert.Equal(3, line.Number("requested"));
        Assert.Equal(2, line.Number("available"));
        Assert.Equal((1_000_000, 0), await _shop.Wallet(customer));
        Assert.Equal(100, (await _shop.Stock(plenty)).Number("available"));
    }

    [Fact]
    public async Task An_order_beyond_the_wallet_is_refused_and_takes_nothing()
    {
        var customer = await _shop.Customer(money: 999);
        var sku = await _shop.Product(stock: 5, price: 1_000);

        using var response = await customer.Order(null, (sku, 1));
        var problem = await response.ExpectProblem(402, "insufficient-funds");

        Assert.Equal(1_000, problem.Number("required", "amount"));
        Assert.Equal(999, problem.Number("available", "amount"));
        Assert.Equal(5, (await _shop.Stock(sku)).Number("available"));
    }

    [Fact]
    public async Task An_unknown_product_is_named()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();

        using var response = await customer.Order(null, (sku, 1), ("NO-SUCH-THING", 1));
        var problem = await response.ExpectProblem(422, "unknown-product");

        Assert.Equal("NO-SUCH-THING", problem.At("lines").EnumerateArray().Single().Text("sku"));
        Assert.Equal(100, (await _shop.Stock(sku)).Number("available"));
    }

    [Fact]
    public async Task A_suspended_product_is_not_for_sale()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();
        using var suspended = await _shop.Staff.SendJson(
            HttpMethod.Put, "/products/" + sku, new { name = "Away", price = Shop.Usd(1), status = "suspended" });
        Assert.Equal("suspended", (await suspended.Expect(HttpStatusCode.OK)).Text("status"));

        using var response = await customer.Order(null, (sku, 1));

        var problem = await response.ExpectProblem(422, "product-not-for-sale");
        Assert.Equal(sku, problem.At("lines").EnumerateArray().Single().Text("sku"));
    }

    [Fact]
    public async Task A_suspended_user_cannot_order()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();
        using var suspended = await _shop.Staff.PostJson($"/users/{customer.Id}/suspend");
        await suspended.Expect(HttpStatusCode.OK);

        using var response = await customer.Order(null, (sku, 1));

        await response.ExpectProblem(403, "user-suspended");
        Assert.Equal(100, (await _shop.Stock(sku)).Number("available"));
    }

    [Fact]
    public async Task A_repeated_request_under_one_key_answers_with_the_same_order()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product(stock: 10);
        var key = Shop.Unique("key");

        using var first = await customer.Order(key, (sku, 2));
        using var again = await customer.Order(key, (sku, 2));

        var placed = await first.Expect(HttpStatusCode.Created);
        var replayed = await again.Expect(HttpStatusCode.OK);
        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);
        Assert.Equal(placed.GetRawText(), replayed.GetRawText());
        Assert.Equal(8, (await _shop.Stock(sku)).Number("available"));
    }

    [Fact]
    public async Task A_key_cannot_be_reused_for_another_order()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product(stock: 10);
        var key = Shop.Unique("key");
        using var first = await customer.Order(key, (sku, 2));
        await first.Expect(HttpStatusCode.Created);

        using var other = await customer.Order(key, (sku, 3));

        await other.ExpectProblem(422, "idempotency-key-reused");
        Assert.Equal(8, (await _shop.Stock(sku)).Number("available"));
    }

    [Fact]
    public async Task A_retry_may_have_a_new_timestamp_and_write_its_lines_differently()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();
        var key = Shop.Unique("key");
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        using var first = await customer.Http.PostJson("/orders",
            $$"""{"user_id":"{{customer.Id}}","timestamp":{{now}},"items":[{"sku":"{{sku}}","quantity":3}]}""", ("Idempotency-Key", key));
        using var again = await customer.Http.PostJson("/orders",
            $$"""{"items":[{"quantity":1,"sku":"{{sku}}"}, {"sku":"{{sku}}","quantity":2}],"timestamp":{{now + 1000}},"user_id":"{{customer.Id}}"}""", ("Idempotency-Key", key));

        await first.Expect(HttpStatusCode.Created);
        await again.Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Fifty_concurrent_requests_under_one_key_place_one_order()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product(stock: 100);
        var key = Shop.Unique("key");

        var responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => customer.Order(key, (sku, 1))));

        Assert.Single(responses, response => response.StatusCode == HttpStatusCode.Created);
        Assert.All(responses, response => Assert.True(response.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK));
        Assert.Single(responses.Select(response => response.Headers.Location).Distinct());
        Assert.Equal(99, (await _shop.Stock(sku)).Number("available"));
    }

    [Theory]
    [InlineData(-301_000)]
    [InlineData(301_000)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task A_request_from_another_time_is_stale(long offset)
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product();
        HttpResponseMessage response;
        TimeSpan took;
        do
        {
            var started = TimeProvider.System.GetTimestamp();
            var timestamp = Math.Abs((decimal)offset) > 1_000_000_000 ? offset : DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + offset;
            response = await customer.Http.PostJson(
                "/orders", new { user_id = customer.Id, timestamp, items = new[] { new { sku, quantity = 1 } } });
            took = TimeProvider.System.GetElapsedTime(started);
        }
        // A request that was on its way for a second has come within the tolerance.
        while (response.IsSuccessStatusCode && took >= TimeSpan.FromSeconds(1));

        using (response)
        {
            await response.ExpectProblem(400, "stale-request");
        }
    }
}
