using System.Net;
using System.Text.Json;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Users;

namespace Granary.Http.Tests.Users;

public sealed class UserTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();
    private readonly HttpClient _anyone = app.CreateClient();

    [Fact]
    public async Task A_new_user_is_a_customer_with_an_empty_wallet()
    {
        var name = Shop.Unique("Zoe");

        using var response = await Register(name, "correct horse");
        var user = await response.Expect(HttpStatusCode.Created);

        Assert.Equal("/users/" + user.Text("id"), response.Headers.Location?.ToString());
        Assert.Equal((name, "active"), (user.Text("user_name"), user.Text("status")));
        Assert.Equal(["customer"], user.At("roles").Texts());
        Assert.Equal(JsonValueKind.Null, user.At("display_name").ValueKind);
        Assert.Equal((0, 0), (user.Number("wallet", "available", "amount"), user.Number("wallet", "held", "amount")));
        Assert.DoesNotContain("correct horse", user.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_name_belongs_to_the_first_user_who_registers_it_whatever_the_case()
    {
        var name = Shop.Unique("ada");
        using var first = await Register(name, "correct horse");
        await first.Expect(HttpStatusCode.Created);

        using var second = await Register(name.ToUpperInvariant(), "other horse");

        await second.ExpectProblem(409, "user-name-taken");
    }

    [Theory]
    [InlineData("""{"password":"correct horse"}""", "user_name")]
    [InlineData("""{"user_name":"","password":"correct horse"}""", "user_name")]
    [InlineData("""{"user_name":" ada","password":"correct horse"}""", "user_name")]
    [InlineData("""{"user_name":"a\u0007da","password":"correct horse"}""", "user_name")]
    [InlineData("""{"user_name":"a\ud800da","password":"correct horse"}""", "user_name")]
    [InlineData("""{"user_name":"ada"}""", "password")]
    [InlineData("""{"user_name":"ada","password":"short"}""", "password")]
    [InlineData("""{"user_name":"ada","password":"correct horse","roles":["admin"]}""", "roles")]
    public async Task A_malformed_registration_is_refused(string body, string field)
    {
        using var response = await _anyone.PostJson("/users", body);

        var problem = await response.ExpectProblem(400, "validation");
        Assert.True(problem.At("errors").TryGetProperty(field, out _), problem.GetRawText());
    }

    [Fact]
    public async Task A_user_sees_their_own_account_and_no_other()
    {
        var (ada, bob) = (await _shop.Customer(money: 700), await _shop.Customer());

        using var me = await ada.Http.SendJson(HttpMethod.Get, "/users/me");
        using var self = await ada.Http.SendJson(HttpMethod.Get, "/users/" + ada.Id);
        using var other = await ada.Http.SendJson(HttpMethod.Get, "/users/" + bob.Id);

        Assert.Equal(700, (await me.Expect(HttpStatusCode.OK)).Number("wallet", "available", "amount"));
        Assert.Equal(ada.Id, (await self.Expect(HttpStatusCode.OK)).Text("id"));
        await other.ExpectProblem(404, "not-found");
    }

    [Theory]
    [InlineData("""{"amount":0,"currency":"USD"}""", "amount")]
    [InlineData("""{"amount":-5,"currency":"USD"}""", "amount")]
    [InlineData("""{"amount":1000000000000001,"currency":"USD"}""", "amount")]
    [InlineData("""{"amount":5,"currency":"XXX"}""", "currency")]
    [InlineData("""{"amount":"5","currency":"USD"}""", "amount")]
    public async Task A_deposit_out_of_bounds_is_refused(string body, string field)
    {
        var customer = await _shop.Customer(money: 0);

        using var response = await _shop.Staff.PostJson($"/users/{customer.Id}/deposits", body);

        var problem = await response.ExpectProblem(400, "validation");
        Assert.True(problem.At("errors").TryGetProperty(field, out _), problem.GetRawText());
    }

    [Fact]
    public async Task A_withdrawal_takes_what_is_available_and_no_more()
    {
        var customer = await _shop.Customer(money: 1_500);
        await customer.Placed((await _shop.Product(price: 1_000), 1));
        var path = $"/users/{customer.Id}/withdrawals";

        using var tooMuch = await _shop.Staff.PostJson(path, Shop.Usd(501));
        var problem = await tooMuch.ExpectProblem(402, "insufficient-funds");
        Assert.Equal((501, 500), (problem.Number("required", "amount"), problem.Number("available", "amount")));
        using var all = await _shop.Staff.PostJson(path, new { amount = 500, currency = "USD", reference = "transfer 4711" });
        var wallet = await all.Expect(HttpStatusCode.Created);

        Assert.Equal((0, 1_000), (wallet.Number("available", "amount"), wallet.Number("held", "amount")));
    }

    [Theory]
    [InlineData("""{"amount":0,"currency":"USD"}""", "amount")]
    [InlineData("""{"currency":"USD"}""", "amount")]
    [InlineData("""{"amount":5,"currency":"XXX"}""", "currency")]
    [InlineData("""{"amount":5,"currency":"USD","reference":"a\u0007"}""", "reference")]
    [InlineData("""{"amount":5,"currency":"USD","note":"x"}""", "note")]
    public async Task A_malformed_withdrawal_is_refused(string body, string field)
    {
        var customer = await _shop.Customer();

        using var response = await _shop.Staff.PostJson($"/users/{customer.Id}/withdrawals", body);

        var problem = await response.ExpectProblem(400, "validation");
        Assert.True(problem.At("errors").TryGetProperty(field, out _), problem.GetRawText());
    }

    [Fact]
    public async Task A_suspended_user_can_be_reactivated_and_a_closed_one_cannot()
    {
        var customer = await _shop.Customer(money: 0);

        Assert.Equal("suspended", await StatusAfter(customer, "suspend"));
        Assert.Equal("active", await StatusAfter(customer, "reactivate"));
        Assert.Equal("closed", await StatusAfter(customer, "close"));
        using var response = await _shop.Staff.PostJson($"/users/{customer.Id}/reactivate");

        var problem = await response.ExpectProblem(409, "illegal-transition");
        Assert.Equal("closed", problem.Text("current_status"));
    }

    [Fact]
    public async Task Roles_are_set_to_what_the_administrator_names()
    {
        var customer = await _shop.Customer(money: 0);
        var path = $"/users/{customer.Id}/roles";

        using var set = await _shop.Staff.SendJson(HttpMethod.Put, path, new { roles = new[] { "customer", "operator" } });
        using var unknown = await _shop.Staff.SendJson(HttpMethod.Put, path, new { roles = new[] { "root" } });

        Assert.Equal(["customer", "operator"], (await set.Expect(HttpStatusCode.OK)).At("roles").Texts().Order());
        var problem = await unknown.ExpectProblem(400, "validation");
        Assert.Equal("roles[0]", Assert.Single(problem.At("errors").EnumerateObject()).Name);
    }

    private async Task<string?> StatusAfter(Customer customer, string step)
    {
        using var response = await _shop.Staff.PostJson($"/users/{customer.Id}/{step}");
        return (await response.Expect(HttpStatusCode.OK)).Text("status");
    }

    private Task<HttpResponseMessage> Register(string name, string password) =>
        _anyone.PostJson("/users", new { user_name = name, password });

    [Fact]
    public async Task A_registration_whose_answer_was_lost_is_repeated_under_its_key()
    {
        using var stranger = app.CreateClient();
        var name = Shop.Unique("buyer");
        Task<HttpResponseMessage> Register(string key, string password = "correct horse battery staple", string? displayName = "Ada") =>
            stranger.PostJson("/users", new { user_name = name, password, display_name = displayName }, ("Idempotency-Key", key));

        var answers = await Task.WhenAll(Register("one"), Register("one"));
        using var again = await Register("one");

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Created], answers.Select(answer => answer.StatusCode).Order());
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal((await answers[0].Body()).Text("id"), (await again.Expect(HttpStatusCode.OK)).Text("id"));
        await RefusedAs("idempotency-key-reused", Register("one", password: "another horse battery staple"));
        await RefusedAs("idempotency-key-reused", Register("one", displayName: null));
        await RefusedAs("user-name-taken", Register("two"));
    }

    [Fact]
    public async Task A_customer_of_a_machine_is_registered_once_under_its_key()
    {
        using var machine = app.CreateClient(await app.ApiKey(Scopes.UsersWrite));
        using var other = app.CreateClient(await app.ApiKey(Scopes.UsersWrite));
        var body = new { user_name = Shop.Unique("guest") };

        using var first = await machine.PostJson("/users", body, ("Idempotency-Key", "one"));
        using var again = await machine.PostJson("/users", body, ("Idempotency-Key", "one"));

        await first.Expect(HttpStatusCode.Created);
        await again.Expect(HttpStatusCode.OK);
        await RefusedAs("user-name-taken", other.PostJson("/users", body, ("Idempotency-Key", "one")));
    }

    private static async Task RefusedAs(string problem, Task<HttpResponseMessage> sent)
    {
        using var answer = await sent;
        Assert.Equal("/problems/" + problem, (await answer.Body()).Text("type"));
    }
}
