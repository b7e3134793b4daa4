using System.Net;
using System.Text.RegularExpressions;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class WebhookPageTests(ConsoleApp app)
{
    [Fact]
    public async Task A_webhook_is_registered_its_secret_is_shown_once_and_a_test_reaches_it()
    {
        var (receiver, name) = (await app.Receiver(), Shop.Unique("hook"));
        await using var visit = await app.OpenAs(Roles.Operator);
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await visit.GoTo("/webhooks");
        await Button(visit, "Register a webhook").ClickAsync();
        await dialog.GetByRole(AriaRole.Group, new() { Name = "Events of orders" }).GetByLabel("Placed").CheckAsync();
        await dialog.GetByLabel("Address").FillAsync("ftp://127.0.0.1/");
        await Submit(visit, "Register");
        await Expect(dialog.GetByLabel("Address")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(dialog.Locator(".field .error")).ToContainTextAsync("Address must");

        await dialog.GetByLabel("Address").FillAsync(receiver.AddressOf(name));
        await Submit(visit, "Register");

        await Expect(dialog.GetByLabel("Secret")).ToHaveValueAsync(new Regex("^whsec_"));
        await visit.IsSound();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "To the webhook" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = receiver.AddressOf(name) })).ToBeFocusedAsync();
        await Expect(visit.Page.Locator(".facts")).ToContainTextAsync("order.placed");
        await Button(visit, "Send a test").ClickAsync();
        await Expect(visit.Page.Locator(".notice.good")).ToContainTextAsync("answered 204");
        Assert.Contains(name, receiver.Received);
        receiver.Answer(name, HttpStatusCode.Gone);
        await Button(visit, "Send a test").ClickAsync();
        await Expect(visit.Page.Locator(".notice.bad")).ToContainTextAsync("answered 410");
        Assert.DoesNotContain("whsec_", await visit.Page.ContentAsync(), StringComparison.Ordinal);
        await visit.IsSound();
    }

    [Fact]
    public async Task A_webhook_is_edited_disabled_enabled_and_deleted_and_gets_a_new_secret()
    {
        var (receiver, name) = (await app.Receiver(), Shop.Unique("hook"));
        var id = await Registered(receiver.AddressOf(name), "order.placed");
        await using var visit = await app.OpenAs(Roles.Operator);
        var (dialog, facts) = (visit.Page.GetByRole(AriaRole.Dialog), visit.Page.Locator(".facts"));
        await visit.GoTo("/webhooks/" + id);

        await visit.Page.Keyboard.PressAsync("e");
        await Expect(dialog.GetByLabel("Address")).ToHaveValueAsync(receiver.AddressOf(name));
        var events = dialog.GetByRole(AriaRole.Group, new() { Name = "Events of orders" });
        await Expect(events.GetByLabel("Placed")).ToBeCheckedAsync();
        await events.GetByLabel("Placed").UncheckAsync();
        await Submit(visit, "Edit");
        await Expect(dialog.GetByRole(AriaRole.Alert).First).ToContainTextAsync("Events must name at least one event");
        await events.GetByLabel("Shipped").CheckAsync();
        await Submit(visit, "Edit");
        await Expect(facts).ToContainTextAsync("order.shipped");
        await Expect(facts).Not.ToContainTextAsync("order.placed");

        await Button(visit, "Disable").ClickAsync();
        await Submit(visit, "Disable");
        await Expect(facts).ToContainTextAsync("disabled by an operator");
        await Button(visit, "Enable").ClickAsync();
        await Submit(visit, "Enable");
        await Expect(facts).ToContainTextAsync("Enabled");

        await Button(visit, "New secret").ClickAsync();
        await Submit(visit, "New secret");
        await Expect(dialog.GetByLabel("Secret")).ToHaveValueAsync(new Regex("^whsec_"));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await Button(visit, "Delete").ClickAsync();
        await Submit(visit, "Delete");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Webhooks" })).ToBeFocusedAsync();
        await Expect(visit.Page.GetByText(receiver.AddressOf(name))).ToHaveCountAsync(0);
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_delivery_that_fails_shows_why_and_is_sent_again()
    {
        var (receiver, name) = (await app.Receiver(), Shop.Unique("hook"));
        receiver.Answer(name, HttpStatusCode.InternalServerError);
        var id = await Registered(receiver.AddressOf(name), "order.placed");
        var order = (await (await app.Shop.Customer()).Placed((await app.Shop.Product(), 1))).Text("id")!;
        await using var visit = await app.OpenAs(Roles.Operator);
        var row = visit.Page.Locator("tr[data-row]").Filter(new() { HasText = order });
        await visit.GoTo("/webhooks/" + id);
        await visit.Lists(row.Filter(new() { HasText = "500" }), 1);
        await Expect(row).ToContainTextAsync("Pending");

        receiver.Answer(name, HttpStatusCode.NoContent);
        await row.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync(order);
        await visit.IsSound();
        await Submit(visit, "Send again");

        await visit.Lists(row.Filter(new() { HasText = "Delivered" }), 1);
        await Expect(row).ToContainTextAsync("204");
        visit.HasNoFault();
    }

    [Fact]
    public async Task Dead_letters_are_replayed_and_one_that_is_refused_says_why()
    {
        var customer = await app.Shop.Customer();
        var order = (await customer.Placed((await app.Shop.Product(), 1))).Text("id")!;
        await app.SetAside("order-index", order, "It was not understood.");
        await app.SetAside("subscription:1", order, "It was not understood.");
        await using var visit = await app.OpenAs(Roles.Admin);
        var rows = visit.Page.GetByRole(AriaRole.Table, new() { Name = "Dead letters" }).Locator("tr[data-row]").Filter(new() { HasText = order });
        await visit.GoTo("/webhooks");
        await Expect(rows).ToHaveCountAsync(2);

        await rows.GetByRole(AriaRole.Button, new() { Name = "order-index" }).ClickAsync();
        await Submit(visit, "Replay");
        await Expect(rows).ToHaveCountAsync(1);
        await rows.GetByRole(AriaRole.Button, new() { Name = "subscription:1" }).ClickAsync();
        await Submit(visit, "Replay");

        var alert = visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert);
        await Expect(alert).ToContainTextAsync("It is of a plain subscriber");
        await visit.IsSound();
        await using var other = await app.OpenAs(Roles.Operator);
        await other.GoTo("/webhooks");
        await Expect(other.Page.GetByText("Dead letters")).ToHaveCountAsync(0);
        other.HasNoFault();
    }

    private static ILocator Button(Visit visit, string name) => visit.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static Task Submit(Visit visit, string name) => visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    private async Task<string> Registered(string url, params string[] events)
    {
        using var registered = await app.Shop.Staff.PostJson("/webhooks", new { url, events });
        return (await registered.Expect(HttpStatusCode.Created)).Text("id")!;
    }
}
