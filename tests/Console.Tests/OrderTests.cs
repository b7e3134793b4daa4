using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class OrderTests(ConsoleApp app)
{
    [Fact]
    public async Task An_order_is_looked_up_and_cancelled_with_its_reason()
    {
        var (id, customer) = await Placed();
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders");
        await visit.Page.GetByLabel("Search for").FillAsync(id);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Order " + id })).ToBeFocusedAsync();

        await Click(visit, "Cancel the order");
        await visit.Page.GetByRole(AriaRole.Dialog).GetByLabel("Reason").FillAsync("The customer called.");
        await Submit(visit, "Cancel the order");

        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Cancelled");
        await Expect(visit.Page.Locator(".facts")).ToContainTextAsync(["The customer called.", "$0.00"]);
        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        // The button that had the focus before is gone.
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Order " + id })).ToBeFocusedAsync();
        Assert.Equal((1_000_000, 0), await app.Shop.Wallet(customer));
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_refused_action_tells_why_in_the_words_of_the_API()
    {
        var (id, customer) = await Placed();
        using var paid = await customer.Http.PostJson($"/orders/{id}/pay");
        await paid.Expect(HttpStatusCode.OK);
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders/" + id);
        await Click(visit, "Refund");
        await visit.Page.GetByLabel("Amount").FillAsync("2000");
        await visit.Page.GetByLabel("Reason").FillAsync("Too much.");

        await Submit(visit, "Refund");

        using var refused = await app.Shop.Staff.PostJson(
            $"/orders/{id}/refunds", new { amount = Shop.Usd(200_000), reason = "Too much." }, ("Idempotency-Key", "the-same"));
        var problem = await refused.Expect(HttpStatusCode.Conflict);
        var alert = visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert);
        await Expect(alert).ToContainTextAsync(problem.Text("title")!);
        await Expect(alert).ToContainTextAsync(problem.Text("detail")!);

        // A wrong field is marked, and the fields keep what was typed.
        await visit.Page.GetByLabel("Amount").FillAsync("nothing");
        await Submit(visit, "Refund");
        await Expect(visit.Page.GetByLabel("Amount")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(visit.Page.Locator(".field .error")).ToContainTextAsync("Amount must be from 1");
        await Expect(visit.Page.GetByLabel("Amount")).ToBeFocusedAsync();
        await Expect(visit.Page.GetByLabel("Reason")).ToHaveValueAsync("Too much.");
        await visit.IsSound();
    }

    [Fact]
    public async Task A_form_of_an_order_that_has_changed_since_says_so_and_overwrites_nothing()
    {
        var (id, _) = await Placed();
        await using var visit = await app.OpenAs(Roles.Admin);
        await visit.GoTo("/orders/" + id);
        await Click(visit, "Amend");
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Spinbutton).First.FillAsync("");
        await Submit(visit, "Amend");
        await Expect(visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert)).ToContainTextAsync("items[0].quantity must be from 1");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Amend" })).ToBeFocusedAsync();
        await Click(visit, "Amend");
        using var amended = await app.Shop.Staff.SendJson(HttpMethod.Put, "/orders/" + id, new { note = "Ring twice." }, ("If-Match", "*"));
        await amended.Expect(HttpStatusCode.OK);
        await Expect(visit.Page.GetByRole(AriaRole.Dialog).Locator(".notice")).ToContainTextAsync("has changed since this form was opened");

        await visit.Page.GetByLabel("Note").FillAsync("Do not ring.");
        await Submit(visit, "Amend");

        await Expect(visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert)).ToContainTextAsync("The current version is 2.");
        using var now = await app.Shop.Staff.GetAsync("/orders/" + id, TestContext.Current.CancellationToken);
        Assert.Equal("Ring twice.", (await now.Expect(HttpStatusCode.OK)).Text("note"));
        visit.HasNoFault();
    }

    [Fact]
    public async Task What_happens_to_an_order_is_shown_as_it_happens_and_what_it_was_can_be_looked_at()
    {
        var (id, customer) = await Placed();
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders/" + id);
        await Expect(visit.Page.Locator(".live")).ToHaveTextAsync("Live");

        using var paid = await customer.Http.PostJson($"/orders/{id}/pay");
        await paid.Expect(HttpStatusCode.OK);
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Paid");
        await Expect(visit.Page.Locator(".timeline li")).ToHaveCountAsync(2);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "As of version 1" }).ClickAsync();

        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Pending");
        await Expect(visit.Page.Locator(".notice")).ToContainTextAsync("As it was at version 1");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Pack" })).ToHaveCountAsync(0);
        await visit.Page.GoBackAsync();
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Paid");
        visit.HasNoFault();
    }

    private static Task Click(Visit visit, string name) => visit.Page.Locator(".page-head").GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    private static Task Submit(Visit visit, string name) => visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    private async Task<(string Id, Customer Customer)> Placed()
    {
        var customer = await app.Shop.Customer();
        return ((await customer.Placed((await app.Shop.Product(), 2))).Text("id")!, customer);
    }
}
