using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class SignInTests(ConsoleApp app)
{
    private const string Password = "correct horse battery staple";

    [Fact]
    public async Task Who_signs_in_comes_to_the_page_that_was_asked_for_and_signs_out_again()
    {
        var name = await app.RegisterWithPassword(Password, Roles.Operator);
        await using var visit = await app.Open();
        await visit.GoTo("/orders?status=paid");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Granary" })).ToBeFocusedAsync();

        await SignIn(visit, name, "not the password");
        await Expect(visit.Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("The user name or password is wrong");
        await SignIn(visit, name, Password);

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Orders", Exact = true })).ToBeFocusedAsync();
        Assert.EndsWith("/console/orders?status=paid", visit.Page.Url, StringComparison.Ordinal);
        var cookie = Assert.Single(await visit.Page.Context.CookiesAsync([new Uri(app.Address, "/console/").ToString()]));
        Assert.Equal((true, SameSiteAttribute.Strict, "/console"), (cookie.HttpOnly, cookie.SameSite, cookie.Path));
        Assert.Equal("", await visit.Page.EvaluateAsync<string>("document.cookie"));

        await visit.Page.Locator(".account summary").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Granary" })).ToBeVisibleAsync();
        Assert.Empty(await visit.Page.Context.CookiesAsync([new Uri(app.Address, "/console/").ToString()]));
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Granary" })).ToBeVisibleAsync();
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_suspended_user_is_out_with_the_next_step()
    {
        var id = await app.Register(Roles.Operator);
        await using var visit = await app.OpenAs(id, [Roles.Operator]);
        await visit.GoTo("/orders");
        using var suspended = await app.Shop.Staff.PostJson($"/users/{id}/suspend");
        await suspended.Expect(HttpStatusCode.OK);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Read again" }).ClickAsync();

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Granary" })).ToBeVisibleAsync();
        await Expect(visit.Page.Locator(".notice")).ToHaveTextAsync("The user's account is not active");
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_role_that_was_taken_away_is_gone_from_the_page_with_the_next_refusal()
    {
        var id = await app.Register(Roles.Admin);
        await using var visit = await app.OpenAs(id, [Roles.Admin]);
        await visit.GoTo("/keys");
        using var changed = await app.Shop.Staff.SendJson(HttpMethod.Put, $"/users/{id}/roles", new { roles = new[] { Roles.Operator } });
        await changed.Expect(HttpStatusCode.OK);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Read again" }).ClickAsync();

        await Expect(visit.Page.GetByText("Your role may not see this page.")).ToBeVisibleAsync();
        var pages = visit.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" });
        await Expect(pages.GetByRole(AriaRole.Link, new() { Name = "Keys" })).ToHaveCountAsync(0);
        await Expect(pages.GetByRole(AriaRole.Link, new() { Name = "Packing" })).ToHaveCountAsync(1);
        visit.HasNoFault();
    }

    [Fact]
    public async Task Who_signs_in_in_another_tab_is_who_is_signed_in_in_this_one()
    {
        await using var visit = await app.OpenAs(await app.RegisterAs("Grace Hopper", Roles.Admin), [Roles.Admin]);
        await visit.GoTo("/orders");
        var name = await app.RegisterWithPassword(Password, Roles.Customer);
        await visit.Page.EvaluateAsync(
            "body => fetch('/console/session', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Granary-Console': '1' }, body })",
            $$"""{"user_name":"{{name}}","password":"{{Password}}"}""");

        await visit.LookAt();

        await Expect(visit.Page.Locator(".account summary")).ToContainTextAsync(name);
        await Expect(visit.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link)).ToHaveTextAsync(["Orders"]);
        visit.HasNoFault();
    }

    [Fact]
    public async Task Who_signs_out_without_a_connection_is_told_to_be_still_signed_in()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders");
        await visit.Page.RouteAsync("**/console/session", route => route.AbortAsync());
        await visit.Page.Locator(".account summary").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("You are still signed in. Not connected.");
        await visit.IsSound();
        await visit.Page.UnrouteAllAsync();

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Granary" })).ToBeFocusedAsync();
        visit.HasNoFault();
    }

    [Fact]
    public async Task An_answer_from_before_the_sign_out_signs_nobody_in_again()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders");
        var (asked, late, sent) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        await visit.Page.RouteAsync("**/console/session", async route =>
        {
            if (route.Request.Method != "GET")
            {
                await route.ContinueAsync();
                return;
            }

            var answer = await route.FetchAsync();
            asked.SetResult();
            await late.Task;
            await route.FulfillAsync(new RouteFulfillOptions { Response = answer });
            sent.SetResult();
        });
        await visit.LookAt();
        await asked.Task;
        await visit.Page.Locator(".account summary").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Granary" })).ToBeVisibleAsync();

        late.SetResult();
        await sent.Task;

        await visit.Page.GetByLabel("User name").FillAsync("somebody");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Granary" })).ToBeVisibleAsync();
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_session_ends_in_the_page_when_its_time_is_over_and_a_wrong_clock_asks_seldom()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        var asked = new List<DateTime>();
        await visit.Page.RouteAsync("**/console/session", async route =>
        {
            asked.Add(DateTime.UtcNow);
            if (asked.Count > 1)
            {
                await route.FulfillAsync(new RouteFulfillOptions { Status = 401, ContentType = "application/problem+json", Body = "{}" });
                return;
            }

            var answer = await route.FetchAsync();
            var body = System.Text.Json.Nodes.JsonNode.Parse(await answer.TextAsync())!;
            body["expires_at"] = "2026-01-01T00:00:00Z";
            await route.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = body.ToJsonString() });
        });
        await visit.GoTo("/orders");

        await Expect(visit.Page.Locator(".notice")).ToHaveTextAsync("The session has ended. Sign in to go on where you were.");

        Assert.True(asked[1] - asked[0] >= TimeSpan.FromSeconds(5));
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_session_that_ends_in_the_middle_of_a_form_leads_back_to_its_page()
    {
        var name = await app.RegisterWithPassword(Password, Roles.Operator);
        var customer = await app.Shop.Customer();
        var order = (await customer.Placed((await app.Shop.Product(), 1))).Text("id")!;
        await using var visit = await app.OpenAs(UserId.From(name), [Roles.Operator]);
        await visit.GoTo("/orders/" + order);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).ClickAsync();
        await visit.Page.Context.ClearCookiesAsync();

        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).ClickAsync();

        await Expect(visit.Page.Locator(".notice")).ToHaveTextAsync("The session has ended. Sign in to go on where you were.");
        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Granary" })).ToBeFocusedAsync();
        await SignIn(visit, name, Password);
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Order " + order })).ToBeFocusedAsync();
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Pending");
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_server_that_cannot_say_who_is_signed_in_is_asked_again()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        var asked = 0;
        await visit.Page.RouteAsync("**/console/session", route => ++asked <= 2
            ? route.FulfillAsync(new RouteFulfillOptions { Status = 503, ContentType = "application/problem+json", Body = "{}", Headers = new Dictionary<string, string> { ["Retry-After"] = "1" } })
            : route.ContinueAsync());

        await visit.GoTo("/orders");

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Orders", Exact = true })).ToBeVisibleAsync();
        Assert.Equal(3, asked);
        visit.HasNoFault();
    }

    [Theory]
    [InlineData("/orders/%")]
    [InlineData("/nothing/like/it")]
    public async Task An_address_that_is_no_page_says_so(string address)
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo(address);

        await Expect(visit.Page.GetByText("There is no such page.")).ToBeVisibleAsync();
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_customer_is_shown_own_orders_and_no_page_of_the_staff()
    {
        var customer = await app.Shop.Customer();
        var sku = await app.Shop.Product();
        var order = (await customer.Placed((sku, 1))).Text("id")!;
        await using var visit = await app.OpenAs(customer.Id, [Roles.Customer]);
        await visit.GoTo("");

        await Expect(visit.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link)).ToHaveTextAsync(["Orders"]);
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = order })).ToBeVisibleAsync();
        await visit.GoTo("/now");
        await Expect(visit.Page.GetByText("Your role may not see this page.")).ToBeVisibleAsync();
        await visit.GoTo("/orders/" + order);
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Pay" })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Pack" })).ToHaveCountAsync(0);
        visit.HasNoFault();
    }

    private static async Task SignIn(Visit visit, string name, string password)
    {
        await visit.Page.GetByLabel("User name").FillAsync(name);
        await visit.Page.GetByLabel("Password").FillAsync(password);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }
}
