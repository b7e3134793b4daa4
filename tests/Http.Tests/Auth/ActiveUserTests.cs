using System.Net;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;

namespace Granary.Http.Tests.Auth;

public sealed class ActiveUserTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    [Fact]
    public async Task A_suspended_user_is_refused_at_once_with_a_token_that_is_still_valid()
    {
        var sku = await _shop.Product();
        var customer = await _shop.Customer();
        var order = await customer.Placed((sku, 1));
        using var before = await customer.Http.GetAsync("/users/me", TestContext.Current.CancellationToken);
        await before.Expect(HttpStatusCode.OK);

        using var suspended = await _shop.Staff.PostJson($"/users/{customer.Id}/suspend");
        await suspended.Expect(HttpStatusCode.OK);

        using var placing = await customer.Order(null, (sku, 1));
        await placing.ExpectProblem(403, "user-suspended");
        using var reading = await customer.Http.GetAsync("/orders/" + order.Text("id"), TestContext.Current.CancellationToken);
        await reading.ExpectProblem(403, "user-suspended");
        using var paying = await customer.Http.PostJson($"/orders/{order.Text("id")}/pay");
        Assert.Equal("suspended", (await paying.ExpectProblem(403, "user-suspended")).Text("current_status"));
    }

    [Fact]
    public async Task A_removed_role_no_longer_counts_in_issued_tokens()
    {
        var sku = await _shop.Product();
        var id = await app.Register(Roles.Operator);
        using var http = app.CreateClient(app.TokenOf(id, Roles.Operator));
        using var before = await http.GetAsync($"/products/{sku}/stock", TestContext.Current.CancellationToken);
        await before.Expect(HttpStatusCode.OK);

        using var demoted = await _shop.Staff.SendJson(HttpMethod.Put, $"/users/{id}/roles", new { roles = new[] { "customer" } });
        await demoted.Expect(HttpStatusCode.OK);

        using var after = await http.GetAsync($"/products/{sku}/stock", TestContext.Current.CancellationToken);
        await after.ExpectProblem(403, "forbidden");
    }

    [Fact]
    public async Task A_token_of_an_unknown_user_is_refused()
    {
        using var http = app.CreateClient(app.TokenOf(UserId.From(Shop.Unique("ghost")), Roles.Admin));

        using var answer = await http.GetAsync("/users/me", TestContext.Current.CancellationToken);

        await answer.ExpectProblem(401, "unauthorized");
    }

    [Fact]
    public async Task Only_an_administrator_orders_for_another_user()
    {
        var sku = await _shop.Product();
        var (one, other) = (await _shop.Customer(), await _shop.Customer());
        var body = new { user_id = other.Id, items = new[] { new { sku, quantity = 1 } } };

        using var refused = await one.Http.PostJson("/orders", body);
        await refused.ExpectProblem(403, "forbidden");
        using var placed = await _shop.Staff.PostJson("/orders", body);
        Assert.Equal(other.Id, (await placed.Expect(HttpStatusCode.Created)).Text("user_id"));
    }
}
