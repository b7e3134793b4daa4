using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Http.Tests;

/// <summary>The refusals that follow from the state of an order, a product or a user, for every operation that has them.</summary>
public sealed class RefusalTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    [Theory]
    [InlineData("PUT", "", """{ "note": "Ring twice." }""")]
    [InlineData("POST", "/pay")]
    [InlineData("POST", "/pack")]
    [InlineData("POST", "/ship", """{ "carrier": "Post", "tracking_number": "1" }""")]
    [InlineData("POST", "/receive")]
    [InlineData("POST", "/complete")]
    public async Task A_cancelled_order_permits_no_action(string method, string action, string? body = null)
    {
        var path = await Order();
        await Must(HttpMethod.Delete, path);

        using var answer = await _shop.Staff.SendJson(new HttpMethod(method), path + action, body, ("If-Match", "*"));

        var problem = await answer.ExpectProblem(409, "illegal-transition");
        Assert.Equal("cancelled", problem.Text("current_status"));
        Assert.Empty(problem.At("allowed_actions").EnumerateArray());
    }

    [Fact]
    public async Task A_completed_order_is_not_cancelled()
    {
        var path = await Order();
        await Must(HttpMethod.Post, path + "/pay");
        await Must(HttpMethod.Post, path + "/pack");
        await Must(HttpMethod.Post, path + "/ship", """{ "carrier": "Post", "tracking_number": "1" }""");
        await Must(HttpMethod.Post, path + "/receive");
        await Must(HttpMethod.Post, path + "/complete");

        using var answer = await _shop.Staff.SendJson(HttpMethod.Delete, path);

        await answer.ExpectProblem(409, "illegal-transition");
    }

    [Fact]
    public async Task An_order_that_another_operator_packs_is_taken()
    {
        var path = await Order();
        await Must(HttpMethod.Post, path + "/pay");
        await Must(HttpMethod.Post, path + "/pack");
        using var second = app.CreateClient(app.TokenOf(await app.Register(Roles.Operator), Roles.Operator));

        using var answer = await second.PostJson(path + "/pack");

        var problem = await answer.ExpectProblem(409, "taken-by-another");
        using var order = await _shop.Staff.SendJson(HttpMethod.Get, path);
        var packed = (await order.Body()).At("timeline").EnumerateArray().Last();
        Assert.Equal(packed.Text("by"), problem.Text("by"));
    }

    [Fact]
    public async Task A_shipped_order_keeps_its_tracking()
    {
        var path = await Order();
        await Must(HttpMethod.Post, path + "/pay");
        await Must(HttpMethod.Post, path + "/pack");
        await Must(HttpMethod.Post, path + "/ship", """{ "carrier": "Post", "tracking_number": "1" }""");
        await Must(HttpMethod.Post, path + "/ship", """{ "carrier": "Post", "tracking_number": "1" }""");

        using var answer = await _shop.Staff.SendJson(HttpMethod.Post, path + "/ship", """{ "carrier": "Post", "tracking_number": "2" }""");

        Assert.Equal("shipped", (await answer.ExpectProblem(409, "illegal-transition")).Text("current_status"));
    }

    [Fact]
    public async Task An_action_is_repeated_under_the_condition_of_the_first_time()
    {
        var path = await Order();
        using var read = await _shop.Staff.SendJson(HttpMethod.Get, path);
        var seen = ("If-Match", read.Headers.ETag!.ToString());
        using var paid = await _shop.Staff.SendJson(HttpMethod.Post, path + "/pay", null, seen);

        using var again = await _shop.Staff.SendJson(HttpMethod.Post, path + "/pay", null, seen);

        var first = await paid.Expect(HttpStatusCode.OK);
        Assert.Equal(first.Number("version"), (await again.Expect(HttpStatusCode.OK)).Number("version"));
    }

    [Theory]
    [InlineData("PUT", "", """{ "note": "Ring twice." }""")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/pay")]
    [InlineData("POST", "/pack")]
    [InlineData("POST", "/ship", """{ "carrier": "Post", "tracking_number": "1" }""")]
    [InlineData("POST", "/receive")]
    [InlineData("POST", "/complete")]
    public async Task A_version_that_is_not_the_current_one_changes_nothing(string method, string action, string? body = null)
    {
        var path = await Order();

        using var answer = await _shop.Staff.SendJson(new HttpMethod(method), path + action, body, ("If-Match", "\"999\""));

        var problem = await answer.ExpectProblem(412, "precondition-failed");
        using var order = await _shop.Staff.SendJson(HttpMethod.Get, path);
        Assert.Equal(problem.Number("current_version"), (await order.Body()).Number("version"));
    }

    [Fact]
    public async Task An_amendment_must_be_paid_for_and_of_products_that_are_sold()
    {
        var customer = await _shop.Customer(money: 1_000);
        var (sku, suspended) = (await _shop.Product(price: 1_000), await _shop.Product(price: 1));
        await Must(HttpMethod.Put, "/products/" + suspended, Product("suspended"));
        var path = "/orders/" + (await customer.Placed((sku, 1))).Text("id");

        async Task Refused(string wished, long quantity, int status, string problem)
        {
            var items = new { items = new[] { new { sku = wished, quantity } } };
            using var answer = await customer.Http.SendJson(HttpMethod.Put, path, items, ("If-Match", "*"));
            await answer.ExpectProblem(status, problem);
        }

        await Refused(sku, 2, 402, "insufficient-funds");
        await Refused("NO-SUCH-SKU", 1, 422, "unknown-product");
        await Refused(suspended, 1, 422, "product-not-for-sale");
    }

    [Fact]
    public async Task An_order_for_another_user_needs_an_administrator_and_a_user()
    {
        var (sku, customer) = (await _shop.Product(), await _shop.Customer());
        object For(string userId) => new { user_id = userId, items = new[] { new { sku, quantity = 1 } } };

        using var foreign = await customer.Http.PostJson("/orders", For(UserId.From(Shop.Unique("other"))));
        using var unknown = await _shop.Staff.PostJson("/orders", For(UserId.From(Shop.Unique("ghost"))));

        await foreign.ExpectProblem(403, "forbidden");
        await unknown.ExpectProblem(422, "unknown-user");
    }

    [Fact]
    public async Task A_discontinued_product_does_not_come_back()
    {
        var path = "/products/" + await _shop.Product();
        await Must(HttpMethod.Put, path, Product("discontinued"));

        using var answer = await _shop.Staff.SendJson(HttpMethod.Put, path, Product("active"));

        await answer.ExpectProblem(409, "illegal-transition");
    }

    [Theory]
    [InlineData("POST", "/deposits", """{ "amount": 1, "currency": "USD" }""")]
    [InlineData("POST", "/withdrawals", """{ "amount": 1, "currency": "USD" }""")]
    [InlineData("PUT", "/roles", """{ "roles": ["operator"] }""")]
    [InlineData("POST", "/suspend")]
    [InlineData("POST", "/reactivate")]
    public async Task A_closed_account_stays_as_it_is(string method, string action, string? body = null)
    {
        var path = "/users/" + await app.Register(Roles.Customer);
        await Must(HttpMethod.Post, path + "/close");

        using var answer = await _shop.Staff.SendJson(new HttpMethod(method), path + action, body);

        var problem = await answer.ExpectProblem(409, "illegal-transition");
        Assert.Equal("closed", problem.Text("current_status"));
    }

    [Fact]
    public async Task An_account_is_not_closed_while_money_is_in_it_or_may_come_back()
    {
        var customer = await _shop.Customer(money: 1_500);
        var order = (await customer.Placed((await _shop.Product(price: 1_000), 1))).Text("id");
        await NotEmpty(available: 500, held: 1_000);

        using var withdrawn = await _shop.Staff.PostJson($"/users/{customer.Id}/withdrawals", Shop.Usd(500));
        await withdrawn.Expect(HttpStatusCode.Created);
        await NotEmpty(available: 0, held: 1_000);

        await Must(HttpMethod.Post, $"/orders/{order}/pay");
        await Eventually.HoldsAsync(async () => (await _shop.Wallet(customer)).Held == 0, cancellation: TestContext.Current.CancellationToken);
        using var paid = await _shop.Staff.PostJson($"/users/{customer.Id}/close");
        await paid.ExpectProblem(409, "illegal-transition");

        async Task NotEmpty(long available, long held)
        {
            using var answer = await _shop.Staff.PostJson($"/users/{customer.Id}/close");
            var problem = await answer.ExpectProblem(409, "wallet-not-empty");
            Assert.Equal((available, held), (problem.Number("available", "amount"), problem.Number("held", "amount")));
        }
    }

    private static object Product(string status) => new { name = "Cup", price = Shop.Usd(1), status };

    private async Task<string> Order() =>
        "/orders/" + (await (await _shop.Customer()).Placed((await _shop.Product(), 1))).Text("id");

    private async Task Must(HttpMethod method, string path, object? body = null)
    {
        using var answer = await _shop.Staff.SendJson(method, path, body);
        await answer.Expect(HttpStatusCode.OK);
    }
}
