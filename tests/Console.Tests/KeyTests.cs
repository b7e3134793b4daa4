using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class KeyTests(ConsoleApp app)
{
    [Fact]
    public async Task The_console_is_gone_through_by_keys()
    {
        var customer = await app.Shop.Customer();
        var sku = await app.Shop.Product();
        var order = (await customer.Placed((sku, 1))).Text("id")!;
        using var paid = await customer.Http.PostJson($"/orders/{order}/pay");
        await using var visit = await app.OpenAs(Roles.Operator);
        var keys = visit.Page.Keyboard;
        await visit.GoTo("/now");

        await keys.PressAsync("Tab");
        await keys.PressAsync("g");
        await keys.PressAsync("o");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Orders", Exact = true })).ToBeFocusedAsync();
        await visit.IsShown();
        await visit.Page.GetByLabel("Search by").SelectOptionAsync("SKU");
        await visit.Page.Locator("h1").FocusAsync();
        await keys.PressAsync("/");
        await keys.TypeAsync(sku);
        await keys.PressAsync("Enter");
        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(1);
        await visit.Page.Locator("h1").FocusAsync();
        await keys.PressAsync("j");
        await Expect(visit.Page.Locator("tr.marked")).ToHaveCountAsync(1);
        await keys.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Order " + order })).ToBeFocusedAsync();
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Paid");
        await keys.PressAsync("p");
        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Pack" }).PressAsync("Enter");
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Packing");
        await keys.PressAsync("u");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Orders", Exact = true })).ToBeFocusedAsync();
        visit.HasNoFault();
    }

    [Fact]
    public async Task Shortcuts_are_listed_and_can_be_turned_off()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/now");
        await visit.Page.Keyboard.PressAsync("?");
        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Go to Orders");
        await visit.Page.GetByLabel("Shortcuts are on").UncheckAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        await visit.Page.Keyboard.PressAsync("?");
        await visit.Page.ReloadAsync();
        await visit.IsShown();
        await visit.Page.Keyboard.PressAsync("?");

        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_link_leads_past_the_navigation()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Granary" }).FocusAsync();
        await visit.Page.Keyboard.PressAsync("Shift+Tab");
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" })).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.Locator("#main")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Place an order" })).ToBeFocusedAsync();
    }

    [Fact]
    public async Task The_chosen_colors_stay()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders");
        await visit.Page.Locator(".account summary").ClickAsync();
        await visit.Page.GetByLabel("Colors").SelectOptionAsync("Dark");
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await visit.Page.ReloadAsync();
        await visit.IsShown();

        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await visit.Page.Locator(".account summary").ClickAsync();
        await visit.IsSound();
    }
}
