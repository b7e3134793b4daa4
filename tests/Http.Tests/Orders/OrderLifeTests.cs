using System.Net;
using System.Text.Json;
using Granary.Grains.Interfaces;

namespace Granary.Http.Tests.Orders;

public sealed class OrderLifeTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    [Fact]
    public async Task An_order_goes_from_pending_to_completed()
    {
        var customer = await _shop.Customer(money: 5_000);
        var sku = await _shop.Product(stock: 5, price: 1_000);
        var path = "/orders/" + (await customer.Placed((sku, 2))).Text("id");

        Assert.Equal("paid", (await Step(customer.Http, path + "/pay")).Text("status"));
        Assert.Equal("packing", (await Step(_shop.Staff, path + "/pack")).Text("status"));
        var shipped = await Step(_shop.Staff, path + "/ship", new { carrier = "Post", tracking_number = "RR123" });
        Assert.Equal("shipped", shipped.Text("status"));
        Assert.Equal("Post", shipped.Text("tracking", "carrier"));
        Assert.Equal("RR123", shipped.Text("tracking", "number"));
        Assert.Equal("received", (await Step(customer.Http, path + "/receive")).Text("status"));
        var completed = await Step(_shop.Staff, path + "/complete");

        Assert.Equal("completed", completed.Text("status"));
        Assert.Empty(completed.At("allowed_actions").EnumerateArray());
        Assert.False(completed.TryGetProperty("expires_at", out _));
        var versions = completed.At("timeline").EnumerateArray().Select(entry => entry.Number("version")).ToList();
        Assert.Equal(versions.Order(), versions);
        Assert.Equal((3_000, 0), await _shop.Wallet(customer));
        var stock = await _shop.Stock(sku);
        Assert.Equal((3, 0, 2), (stock.Number("on_hand"), stock.Number("reserved"), stock.Number("sold")));
    }

    [Fact]
    public async Task Repeating_a_step_changes_nothing()
    {
        var customer = await _shop.Customer();
        var order = await customer.Placed((await _shop.Product(), 1));
        var path = $"/orders/{order.Text("id")}/pay";

        var first = await Step(customer.Http, path);
        var again = await Step(customer.Http, path);

        Assert.Equal(first.Number("version"), again.Number("version"));
    }

    [Fact]
    public async Task A_step_out_of_order_is_refused_with_the_allowed_actions()
    {
        var customer = await _shop.Customer();
        var order = await customer.Placed((await _shop.Product(), 1));

        using var response = await _shop.Staff.PostJson($"/orders/{order.Text("id")}/complete");

        var problem = await response.ExpectProblem(409, "illegal-transition");
        Assert.Equal("pending", problem.Text("current_status"));
        Assert.Contains("pay", problem.At("allowed_actions").Texts());
    }

    [Theory]
    [InlineData("\"999\"", 412, "precondition-failed")]
    [InlineData("W/\"1\"", 412, "precondition-failed")]
    [InlineData("\"01\"", 412, "precondition-failed")]
    [InlineData("\"abc\"", 412, "precondition-failed")]
    [InlineData("1", 400, "validation")]
    public async Task A_step_under_a_condition_that_fails_is_refused(string condition, int status, string slug)
    {
        var customer = await _shop.Customer();
        var order = await customer.Placed((await _shop.Product(), 1));

        using var response = await customer.Http.PostJson($"/orders/{order.Text("id")}/pay", null, ("If-Match", condition));

        await response.ExpectProblem(status, slug);
    }

    [Fact]
    public async Task A_step_under_a_condition_that_holds_is_carried_out()
    {
        var customer = await _shop.Customer();
        var order = await customer.Placed((await _shop.Product(), 1));

        using var response = await customer.Http.PostJson(
            $"/orders/{order.Text("id")}/pay", null, ("If-Match", $"\"{order.Number("version")}\""));

        Assert.Equal("paid", (await response.Expect(HttpStatusCode.OK)).Text("status"));
    }

    [Fact]
    public async Task A_paid_order_that_is_cancelled_is_refunded_and_restocked()
    {
        var customer = await _shop.Customer(money: 2_000);
        var sku = await _shop.Product(stock: 3, price: 1_000);
        var path = "/orders/" + (await customer.Placed((sku, 2))).Text("id");
        await Step(customer.Http, path + "/pay");

        using var response = await customer.Http.SendJson(HttpMethod.Delete, path, new { reason = "changed my mind" });
        var order = await response.Expect(HttpStatusCode.OK);

        Assert.Equal("cancelled", order.Text("status"));
        Assert.Equal("changed my mind", order.Text("cancel_reason"));
        await Eventually.HoldsAsync(
            async () => await _shop.Wallet(customer) == (2_000, 0),
            cancellation: TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(
            async () => (await _shop.Stock(sku)).Number("available") == 3,
            cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_reason_is_not_needed_to_cancel()
    {
        var customer = await _shop.Customer();
        var order = await customer.Placed((await _shop.Product(), 1));

        using var response = await customer.Http.SendJson(HttpMethod.Delete, "/orders/" + order.Text("id"));

        Assert.Equal("cancelled", (await response.Expect(HttpStatusCode.OK)).Text("status"));
    }

    [Fact]
    public async Task An_order_that_the_caller_already_has_is_not_sent_again()
    {
        var customer = await _shop.Customer();
        var order = await customer.Placed((await _shop.Product(), 1));
        var path = "/orders/" + order.Text("id");
        var tag = $"\"{order.Number("version")}\"";

        using var known = await customer.Http.SendJson(HttpMethod.Get, path, null, ("If-None-Match", $"\"0\", W/{tag}"));
        using var changed = await customer.Http.SendJson(HttpMethod.Get, path, null, ("If-None-Match", "\"0\""));

        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        Assert.Equal(tag, known.Headers.ETag?.Tag);
        Assert.Equal(order.GetRawText(), (await changed.Expect(HttpStatusCode.OK)).GetRawText());
    }

    [Fact]
    public async Task An_order_of_another_user_is_not_found()
    {
        var order = await (await _shop.Customer()).Placed((await _shop.Product(), 1));
        var other = await _shop.Customer();
        var path = "/orders/" + order.Text("id");

        using var read = await other.Http.SendJson(HttpMethod.Get, path);
        using var paid = await other.Http.PostJson(path + "/pay");
        using var cancelled = await other.Http.SendJson(HttpMethod.Delete, path);

        await read.ExpectProblem(404, "not-found");
        await paid.ExpectProblem(404, "not-found");
        await cancelled.ExpectProblem(404, "not-found");
    }

    private static async Task<JsonElement> Step(HttpClient client, string path, object? body = null)
    {
        using var response = await client.PostJson(path, body);
        return await response.Expect(HttpStatusCode.OK);
    }
}
