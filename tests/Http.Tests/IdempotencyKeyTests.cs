using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Http.Tests;

/// <summary>
/// A key belongs to its caller, its operation and its body. A repetition is answered as the first time, whatever has happened since.
/// </summary>
public sealed class IdempotencyKeyTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();
    private readonly (string, string) _key = ("Idempotency-Key", Shop.Unique("key"));

    [Fact]
    public async Task A_deposit_is_booked_once_and_answered_the_same_even_when_the_account_is_closed_by_then()
    {
        var user = "/users/" + (await _shop.Customer(money: 0)).Id;
        using var deposited = await _shop.Staff.PostJson(user + "/deposits", Shop.Usd(500), _key);
        using var withdrawn = await _shop.Staff.PostJson(user + "/withdrawals", Shop.Usd(500), _key);
        using var closed = await _shop.Staff.PostJson(user + "/close");
        await closed.Expect(HttpStatusCode.OK);

        await AssertReplays(deposited, await _shop.Staff.PostJson(user + "/deposits", Shop.Usd(500), _key));
        await AssertReplays(withdrawn, await _shop.Staff.PostJson(user + "/withdrawals", Shop.Usd(500), _key));
    }

    [Fact]
    public async Task An_adjustment_is_made_once_and_answered_the_same_even_when_all_is_sold_and_discontinued_by_then()
    {
        var sku = await _shop.Product(stock: 0);
        var path = $"/products/{sku}/stock-adjustments";
        using var first = await _shop.Staff.PostJson(path, Delivery(5), _key);
        await (await _shop.Customer()).Placed((sku, 5));
        using var discontinued = await _shop.Staff.SendJson(
            HttpMethod.Put, "/products/" + sku, new { name = "Gone", price = Shop.Usd(1), status = "discontinued" });
        await discontinued.Expect(HttpStatusCode.OK);

        await AssertReplays(first, await _shop.Staff.PostJson(path, Delivery(5), _key));
        Assert.Equal(5, (await _shop.Stock(sku)).Number("on_hand"));
    }

    [Fact]
    public async Task The_same_characters_from_another_caller_are_another_key()
    {
        var (sku, customer) = (await _shop.Product(stock: 0), await _shop.Customer(money: 1_000));
        using var other = app.CreateClient(app.TokenOf(await app.Register(Roles.Admin), Roles.Admin));

        await Twice($"/users/{customer.Id}/deposits", Shop.Usd(300));
        await Twice($"/users/{customer.Id}/withdrawals", Shop.Usd(200));
        await Twice($"/products/{sku}/stock-adjustments", Delivery(5));

        Assert.Equal((1_200, 0), await _shop.Wallet(customer));
        Assert.Equal(10, (await _shop.Stock(sku)).Number("received"));

        async Task Twice(string path, object body)
        {
            using var first = await _shop.Staff.PostJson(path, body, _key);
            using var second = await other.PostJson(path, body, _key);
            await first.Expect(HttpStatusCode.Created);
            await second.Expect(HttpStatusCode.Created);
        }
    }

    [Fact]
    public async Task A_key_with_another_body_is_refused()
    {
        var (sku, user) = (await _shop.Product(), "/users/" + (await _shop.Customer()).Id);

        await Reused($"/products/{sku}/stock-adjustments", Delivery(1), Delivery(2));
        await Reused($"/products/{sku}/stock-adjustments", Delivery(1), new { quantity = 1, reason = "count" });
        await Reused(user + "/deposits", Shop.Usd(1), Shop.Usd(2));
        await Reused(user + "/withdrawals", Shop.Usd(1), Shop.Usd(2));
        await Reused(user + "/withdrawals", Shop.Usd(1), new { amount = 1, currency = "USD", reference = "transfer 1" });

        async Task Reused(string path, object first, object other)
        {
            var key = ("Idempotency-Key", Shop.Unique("key"));
            using var done = await _shop.Staff.PostJson(path, first, key);
            using var reused = await _shop.Staff.PostJson(path, other, key);
            await done.Expect(HttpStatusCode.Created);
            await reused.ExpectProblem(422, "idempotency-key-reused");
        }
    }

    [Fact]
    public async Task An_order_is_repeated_with_the_timestamp_of_long_ago()
    {
        var (sku, customer) = (await _shop.Product(stock: 5), await _shop.Customer());
        using var first = await Order(quantity: 2, minutesAgo: 0);
        var order = await first.Expect(HttpStatusCode.Created);

        using var again = await Order(quantity: 2, minutesAgo: 600);
        using var other = await Order(quantity: 3, minutesAgo: 600);

        Assert.Equal(order.Text("id"), (await again.Expect(HttpStatusCode.OK)).Text("id"));
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        await other.ExpectProblem(422, "idempotency-key-reused");
        Assert.Equal(2, (await _shop.Stock(sku)).Number("reserved"));

        Task<HttpResponseMessage> Order(long quantity, int minutesAgo) => customer.Http.PostJson(
            "/orders",
            new { timestamp = DateTimeOffset.UtcNow.AddMinutes(-minutesAgo).ToUnixTimeMilliseconds(), items = new[] { new { sku, quantity } } },
            _key);
    }

    [Fact]
    public async Task A_stale_request_under_a_new_key_is_no_repetition()
    {
        var (sku, customer) = (await _shop.Product(), await _shop.Customer());

        using var stale = await customer.Http.PostJson("/orders", new { timestamp = 0, items = new[] { new { sku, quantity = 1 } } }, _key);

        await stale.ExpectProblem(400, "stale-request");
        using var fresh = await customer.Order(_key.Item2, (sku, 1));
        await fresh.Expect(HttpStatusCode.Created);
    }

    private static object Delivery(long quantity) => new { quantity, reason = "delivery" };

    private static async Task AssertReplays(HttpResponseMessage first, HttpResponseMessage again)
    {
        using (again)
        {
            var answer = await first.Expect(HttpStatusCode.Created);
            Assert.Equal(answer.GetRawText(), (await again.Expect(HttpStatusCode.OK)).GetRawText());
            Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        }
    }
}
