using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class CustomerTests(ConsoleApp app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_customer_is_found_and_the_wallet_is_filled_and_emptied_with_references()
    {
        var name = Shop.Unique("mary").ToLowerInvariant();
        var customer = await app.Enter(name, "Mary Somerville");
        await using var visit = await app.OpenAs(Roles.Admin);
        await visit.GoTo("/customers");
        await visit.Page.GetByLabel("Name").FillAsync(name);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await visit.Lists(visit.Page.GetByRole(AriaRole.Link, new() { Name = name }), 1);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Mary Somerville" })).ToBeVisibleAsync();

        await Transfer(visit, "Deposit", "50", "transfer 17");
        await Expect(Lead(visit)).ToContainTextAsync("$50.00");
        await Transfer(visit, "Withdraw", "60", "transfer 18");
        await Expect(Dialog(visit).GetByRole(AriaRole.Alert)).ToContainTextAsync("The wallet does not cover the amount");
        await Dialog(visit).GetByLabel("Amount").FillAsync("20");
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Withdraw" }).ClickAsync();

        await Expect(Lead(visit)).ToContainTextAsync("$30.00");
        var statement = visit.Page.GetByRole(AriaRole.Table, new() { Name = "Statement" }).Locator("tr[data-row]");
        await Expect(statement).ToHaveCountAsync(2);
        await Expect(statement.First).ToContainTextAsync("transfer 17");
        await Expect(statement.Last).ToContainTextAsync("-$20.00");
        await Expect(statement.Last).ToContainTextAsync("$30.00");
        Assert.Equal((3_000, 0), await app.Shop.Wallet(customer));
        visit.HasNoFault();
    }

    [Fact]
    public async Task An_account_is_given_roles_and_suspended_and_closed_once_its_wallet_is_empty()
    {
        var customer = await app.Shop.Customer(money: 500);
        await using var visit = await app.OpenAs(Roles.Admin);
        await visit.GoTo("/customers/" + customer.Id);

        await Click(visit, "Roles");
        await Dialog(visit).GetByLabel("Customer").UncheckAsync();
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Give these roles" }).ClickAsync();
        await Expect(Dialog(visit).GetByRole(AriaRole.Alert)).ToContainTextAsync("must name at least one of");
        await Dialog(visit).GetByLabel("Operator").CheckAsync();
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Give these roles" }).ClickAsync();
        await Expect(Lead(visit)).ToContainTextAsync("Operator");

        await Step(visit, "Suspend");
        await Expect(Lead(visit)).ToContainTextAsync("Suspended");
        await Step(visit, "Reactivate");
        await Expect(Lead(visit)).ToContainTextAsync("Active");
        await Step(visit, "Close the account");
        await Expect(Dialog(visit).GetByRole(AriaRole.Alert)).ToContainTextAsync("The wallet has money");
        await visit.IsSound();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Transfer(visit, "Withdraw", "5", "");
        await Expect(Lead(visit)).ToContainTextAsync("$0.00");
        await Step(visit, "Close the account");

        await Expect(Lead(visit)).ToContainTextAsync("Closed");
        await Expect(visit.Page.Locator(".page-head").GetByRole(AriaRole.Button)).ToHaveTextAsync(["Read again"]);
        visit.HasNoFault();
    }

    [Fact]
    public async Task Roles_that_somebody_has_given_meanwhile_are_told_and_not_overwritten()
    {
        var customer = await app.Shop.Customer();
        await using var visit = await app.OpenAs(Roles.Admin);
        await visit.GoTo("/customers/" + customer.Id);
        await Click(visit, "Roles");
        await Dialog(visit).GetByLabel("Admin").CheckAsync();
        using var other = await app.Shop.Staff.SendJson(HttpMethod.Put, $"/users/{customer.Id}/roles", new { roles = new[] { "customer", "operator" } });
        await other.Expect(HttpStatusCode.OK);

        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Give these roles" }).ClickAsync();

        await Expect(Dialog(visit).GetByRole(AriaRole.Status).First).ToContainTextAsync("they are customer, operator now");
        using var now = await app.Shop.Staff.GetAsync("/users/" + customer.Id, Cancellation);
        Assert.Equal(["customer", "operator"], (await now.Body()).At("roles").EnumerateArray().Select(role => role.GetString()));
        await visit.Page.Keyboard.PressAsync("Escape");
        await Click(visit, "Roles");
        await Expect(Dialog(visit).GetByLabel("Operator")).ToBeCheckedAsync();
        await Expect(Dialog(visit).GetByLabel("Admin")).Not.ToBeCheckedAsync();
    }

    [Fact]
    public async Task The_orders_of_a_customer_are_one_step_away()
    {
        var customer = await app.Shop.Customer();
        var order = (await customer.Placed((await app.Shop.Product(), 1))).Text("id")!;
        await using var visit = await app.OpenAs(Roles.Admin);
        await visit.GoTo("/customers/" + customer.Id);
        await Expect(visit.Page.Locator(".facts").First).ToContainTextAsync("$10.00");

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Orders of" }).ClickAsync();

        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(1);
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = order })).ToBeVisibleAsync();
        visit.HasNoFault();
    }

    [Fact]
    public async Task An_operator_sees_neither_customers_nor_keys()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/customers");
        await Expect(visit.Page.GetByText("Your role may not see this page.")).ToBeVisibleAsync();
        await visit.GoTo("/keys");
        await Expect(visit.Page.GetByText("Your role may not see this page.")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Customers" })).ToHaveCountAsync(0);
    }

    private static ILocator Dialog(Visit visit) => visit.Page.GetByRole(AriaRole.Dialog);

    private static ILocator Lead(Visit visit) => visit.Page.Locator(".lead");

    private static Task Click(Visit visit, string name) => visit.Page.Locator(".page-head").GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();

    private static async Task Step(Visit visit, string name)
    {
        await Click(visit, name);
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();
    }

    private static async Task Transfer(Visit visit, string name, string amount, string reference)
    {
        await Click(visit, name);
        await Dialog(visit).GetByLabel("Amount").FillAsync(amount);
        await Dialog(visit).GetByLabel("Reference").FillAsync(reference);
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();
    }
}
