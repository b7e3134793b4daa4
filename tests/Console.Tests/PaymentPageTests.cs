using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class PaymentPageTests(ConsoleApp app)
{
    [Fact]
    public async Task A_payment_that_needs_attention_is_looked_at_refunded_in_part_and_acknowledged()
    {
        await app.Scene();
        var payment = await Scene.PayExternally(await app.Shop.Customer(), "tok_ok");
        await app.Say(payment, "disputed");
        await using var visit = await app.OpenAs(Roles.Operator);
        var (row, dialog) = (visit.Page.Locator("tr[data-row]").Filter(new() { HasText = payment }), visit.Page.GetByRole(AriaRole.Dialog));
        await visit.GoTo("/payments");
        await visit.Lists(row, 1);
        await Expect(row).ToContainTextAsync("Disputed");

        await row.GetByRole(AriaRole.Button, new() { Name = payment }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("The payer disputes the charge.");
        await visit.IsSound();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Refund" }).ClickAsync();
        await dialog.Last.GetByLabel("Amount").FillAsync("9000");
        await dialog.Last.GetByLabel("Reason").FillAsync("As agreed.");
        await Submit(visit, "Refund");
        await Expect(dialog.Last.GetByRole(AriaRole.Alert)).ToContainTextAsync("captured");
        await dialog.Last.GetByLabel("Amount").FillAsync("4.00");

        // Something else comes up while the operator looks.
        await Submit(visit, "Refund");
        await Expect(dialog).ToHaveCountAsync(1);
        await Expect(dialog.Locator(".facts")).ToContainTextAsync("$4.00");
        await app.Say(payment, "disputed");
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Lists(row, 1);
        await row.GetByRole(AriaRole.Button, new() { Name = payment }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await Submit(visit, "Acknowledge");
        await Expect(dialog.Last.Locator(".field .error")).ToContainTextAsync("What was found or done");
        await dialog.Last.GetByLabel("What was found or done").FillAsync("Answered in the dashboard.");
        await Submit(visit, "Acknowledge");

        await Expect(dialog.Locator(".timeline")).ToContainTextAsync("Payment attention acknowledged");
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" })).ToHaveCountAsync(0);
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Lists(row, 0);
        await visit.Page.GetByLabel("Show").SelectOptionAsync("Captured");
        await Expect(row).ToHaveCountAsync(1);
        Assert.EndsWith("/console/payments?show=all&status=captured", visit.Page.Url, StringComparison.Ordinal);
        visit.HasNoFault();
    }

    [Fact]
    public async Task The_last_comparison_with_the_provider_is_shown()
    {
        await app.Scene();
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/payments");

        await Expect(visit.Page.GetByText("Missing here: 1, Amounts differ: 1")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Table, new() { Name = "Differences" }).Locator("tbody tr").Last).ToContainTextAsync("$14.00$14.50");
        visit.HasNoFault();
    }

    private static Task Submit(Visit visit, string name) =>
        visit.Page.GetByRole(AriaRole.Dialog).Last.Locator(".form-end").GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();
}
