using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

/// <summary>An order from its placing to its refund, of a customer and an operator with a browser each.</summary>
public sealed class OrderLifeTests(ConsoleApp app)
{
    [Fact]
    public async Task An_order_is_placed_paid_sent_received_completed_and_refunded_in_part_by_clicks()
    {
        var (customer, sku) = (await app.Shop.Customer(), await app.Shop.Product());
        await using var buyer = await app.OpenAs(customer.Id, [Roles.Customer]);
        await using var warehouse = await app.OpenAs(Roles.Operator);
        await buyer.GoTo("/orders");
        await buyer.Page.GetByRole(AriaRole.Link, new() { Name = "Place an order" }).ClickAsync();
        await buyer.Page.GetByLabel("Name or SKU").FillAsync(sku);
        await buyer.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await buyer.Page.GetByRole(AriaRole.Button, new() { Name = "Add Product " + sku }).ClickAsync();
        await buyer.Page.GetByLabel("Quantity of Product " + sku).FillAsync("2");
        await Expect(buyer.Page.GetByText("Total $20.00")).ToBeVisibleAsync();
        await buyer.Page.GetByLabel("Recipient").FillAsync("Ada Lovelace");
        await buyer.Page.GetByLabel("City").FillAsync("London");
        await buyer.Page.GetByLabel("Note").FillAsync("Ring twice.");
        await buyer.Page.GetByRole(AriaRole.Button, new() { Name = "Place the order" }).ClickAsync();
        await Status(buyer, "Pending");
        await Expect(buyer.Page.GetByText("Ada Lovelace, London")).ToBeVisibleAsync();
        await Act(buyer, "Pay");
        await Status(buyer, "Paid");

        await warehouse.GoTo("/orders");
        await warehouse.Page.GetByLabel("Search by").SelectOptionAsync("SKU");
        await warehouse.Page.GetByLabel("Search for").FillAsync(sku);
        await warehouse.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await warehouse.Lists(warehouse.Page.Locator("tr[data-row] a"), 1);
        await warehouse.Page.Locator("tr[data-row] a").ClickAsync();
        await Expect(warehouse.Page.GetByText("Ring twice.")).ToBeVisibleAsync();
        await Act(warehouse, "Pack");
        await Status(warehouse, "Packing");
        await Act(warehouse, "Ship", ("Carrier", "Royal Mail"), ("Tracking number", "RR1GB"));

        await Status(buyer, "Shipped");
        await Expect(buyer.Page.GetByText("Royal Mail RR1GB")).ToBeVisibleAsync();
        await Act(buyer, "Receive");
        await Status(warehouse, "Received");
        await Act(warehouse, "Complete");
        await Status(warehouse, "Completed");
        await Act(warehouse, "Refund", ("Amount", "2.50"), ("Reason", "A scratch."));

        await Expect(warehouse.Page.GetByRole(AriaRole.Table, new() { Name = "Refunds" })).ToContainTextAsync("$2.50");

        // The stream of an order ends when that is completed.
        await buyer.Page.ReloadAsync();
        await Expect(buyer.Page.GetByRole(AriaRole.Table, new() { Name = "Refunds" })).ToContainTextAsync("A scratch.");
        Assert.Equal((1_000_000 - 2_000 + 250, 0), await app.Shop.Wallet(customer));
        buyer.HasNoFault();
        warehouse.HasNoFault();
    }

    [Fact]
    public async Task An_order_is_placed_paid_sent_received_completed_and_refunded_in_part_by_keys_alone()
    {
        var (customer, sku) = (await app.Shop.Customer(), await app.Shop.Product());
        await using var buyer = await app.OpenAs(customer.Id, [Roles.Customer]);
        await using var warehouse = await app.OpenAs(Roles.Operator);
        await buyer.GoTo("/orders");
        await Press(buyer, "n");
        await Expect(buyer.Page.GetByRole(AriaRole.Heading, new() { Name = "Place an order" })).ToBeFocusedAsync();
        await buyer.IsShown();
        await Press(buyer, "/", sku, "Enter");
        var add = buyer.Page.GetByRole(AriaRole.Button, new() { Name = "Add Product " + sku });
        await buyer.TabTo(add);
        await Press(buyer, "Enter");
        await buyer.TabTo(buyer.Page.GetByLabel("Quantity of Product " + sku));
        await Press(buyer, "2");
        await Expect(buyer.Page.GetByText("Total $20.00")).ToBeVisibleAsync();
        await buyer.TabTo(buyer.Page.GetByLabel("Recipient"));
        await Press(buyer, "Ada Lovelace", "Enter");
        await Status(buyer, "Pending");
        await Expect(buyer.Page.Locator("h1")).ToBeFocusedAsync();
        await ActByKeys(buyer, "y");
        await Status(buyer, "Paid");

        var order = buyer.Page.Url.Split('/')[^1];
        await warehouse.GoTo("/now");
        await Press(warehouse, "g", "o");
        await Expect(warehouse.Page.GetByRole(AriaRole.Heading, new() { Name = "Orders", Exact = true })).ToBeFocusedAsync();
        await warehouse.IsShown();
        await Press(warehouse, "/", order, "Enter");
        await Expect(warehouse.Page.GetByRole(AriaRole.Heading, new() { Name = "Order " + order })).ToBeFocusedAsync();
        await Status(warehouse, "Paid");
        await ActByKeys(warehouse, "p");
        await Status(warehouse, "Packing");
        await ActByKeys(warehouse, "s", ("Carrier", "Royal Mail"), ("Tracking number", "RR2GB"));
        await Status(buyer, "Shipped");
        await ActByKeys(buyer, "v");
        await Status(warehouse, "Received");
        await ActByKeys(warehouse, "m");
        await Status(warehouse, "Completed");
        await ActByKeys(warehouse, "f", ("Amount", "2.50"), ("Reason", "A scratch."));

        await Expect(warehouse.Page.GetByRole(AriaRole.Table, new() { Name = "Refunds" })).ToContainTextAsync("$2.50");
        Assert.Equal((1_000_000 - 2_000 + 250, 0), await app.Shop.Wallet(customer));
        buyer.HasNoFault();
        warehouse.HasNoFault();
    }

    [Fact]
    public async Task An_order_is_paid_with_the_provider_whose_payment_is_voided_captured_and_refunded()
    {
        var (customer, sku) = (await app.Shop.Customer(money: 0), await app.Shop.Product());
        await using var buyer = await app.OpenAs(customer.Id, [Roles.Customer]);
        await using var office = await app.OpenAs(Roles.Operator);
        await PlaceExternally(buyer, sku);
        await Act(buyer, "Pay with the provider", ("Token", "tok_declined"));
        await Expect(buyer.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert)).ToContainTextAsync("The payment was declined");
        await buyer.Page.GetByLabel("Token").FillAsync("tok_3ds");
        await Submit(buyer, "Pay with the provider");
        var payments = buyer.Page.GetByRole(AriaRole.Table, new() { Name = "Payments" });
        await Expect(payments).ToContainTextAsync("Requires action");
        await Expect(payments.GetByRole(AriaRole.Link, new() { Name = "Confirm at the bank" })).ToBeVisibleAsync();

        var payment = await payments.Locator("tr", new() { HasText = "Requires action" }).Locator("td").First.InnerTextAsync();
        await office.GoTo("/payments?show=all&status=requires_action");
        await office.Lists(office.Page.GetByRole(AriaRole.Button, new() { Name = payment }), 1);
        await office.Page.GetByRole(AriaRole.Button, new() { Name = payment }).ClickAsync();
        await office.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Void" }).ClickAsync();
        await Submit(office, "Void");
        await Expect(office.Page.GetByRole(AriaRole.Dialog).Locator(".facts .status")).ToHaveTextAsync("Voided");

        await Act(buyer, "Pay with the provider", ("Token", "tok_ok"), ("Capture", "manual"));
        await Status(buyer, "Paid");
        await office.GoTo(new Uri(buyer.Page.Url).AbsolutePath["/console".Length..]);
        await Expect(office.Page.Locator(".lead")).ToContainTextAsync("Authorized");
        await office.Page.GetByRole(AriaRole.Button, new() { Name = "Void" }).ClickAsync();
        await Expect(office.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Cancel the order instead" })).ToBeVisibleAsync();
        await office.Page.GetByRole(AriaRole.Button, new() { Name = "Capture" }).ClickAsync();
        await Expect(office.Page.GetByRole(AriaRole.Table, new() { Name = "Payments" })).ToContainTextAsync("Captured");
        await Act(office, "Refund", ("Amount", "2.50"), ("Reason", "A scratch."));

        await Expect(buyer.Page.Locator(".lead")).ToContainTextAsync("Partially refunded");
        buyer.HasNoFault();
        office.HasNoFault();
    }

    [Fact]
    public async Task A_payment_that_the_bank_asks_about_is_confirmed_there_and_the_page_of_the_order_follows()
    {
        var (customer, sku) = (await app.Shop.Customer(money: 0), await app.Shop.Product());
        await using var buyer = await app.OpenAs(customer.Id, [Roles.Customer]);
        await PlaceExternally(buyer, sku);
        await Act(buyer, "Pay with the provider", ("Token", "tok_3ds"));

        var bank = await buyer.Page.Context.RunAndWaitForPageAsync(() => buyer.Page.GetByRole(AriaRole.Link, new() { Name = "Confirm at the bank" }).ClickAsync());
        await bank.GetByRole(AriaRole.Button, new() { Name = "Agree" }).ClickAsync();

        await Status(buyer, "Paid");
        await Expect(buyer.Page.GetByRole(AriaRole.Table, new() { Name = "Payments" })).ToContainTextAsync("Captured");
        await Expect(buyer.Page.GetByRole(AriaRole.Link, new() { Name = "Confirm at the bank" })).ToHaveCountAsync(0);
        buyer.HasNoFault();
    }

    private static async Task PlaceExternally(Visit buyer, string sku)
    {
        await buyer.GoTo("/orders/new");
        await buyer.Page.GetByLabel("Name or SKU").FillAsync(sku);
        await buyer.Page.GetByLabel("Name or SKU").PressAsync("Enter");
        await buyer.Page.GetByRole(AriaRole.Button, new() { Name = "Add Product " + sku }).ClickAsync();
        await buyer.Page.GetByLabel("Paid").SelectOptionAsync("With the payment provider");
        await buyer.Page.GetByRole(AriaRole.Button, new() { Name = "Place the order" }).ClickAsync();
        await Status(buyer, "Pending");
    }

    private static Task Status(Visit visit, string status) => Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync(status);

    private static async Task Act(Visit visit, string action, params (string Label, string Text)[] fields)
    {
        await visit.Page.Locator(".page-head").GetByRole(AriaRole.Button, new() { Name = action, Exact = true }).ClickAsync();
        foreach (var (label, text) in fields)
        {
            var field = visit.Page.GetByRole(AriaRole.Dialog).GetByLabel(label, new() { Exact = true });
            await (label == "Capture" ? field.SelectOptionAsync(text) : field.FillAsync(text));
        }

        await Submit(visit, action);
    }

    private static async Task ActByKeys(Visit visit, string key, params (string Label, string Text)[] fields)
    {
        await Press(visit, key);
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        foreach (var (label, text) in fields)
        {
            await visit.TabTo(dialog.GetByLabel(label, new() { Exact = true }));
            await Press(visit, text);
        }

        if (fields.Length == 0)
        {
            await visit.TabTo(dialog.Locator(".form-end button").First);
        }

        await Press(visit, "Enter");
        await Expect(dialog).ToHaveCountAsync(0);
    }

    private static Task Submit(Visit visit, string name) =>
        visit.Page.GetByRole(AriaRole.Dialog).Last.Locator(".form-end").GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    /// <summary>Presses keys by their names, and types texts.</summary>
    private static async Task Press(Visit visit, params string[] keys)
    {
        foreach (var key in keys)
        {
            await (key.Length == 1 || key == "Enter" ? visit.Page.Keyboard.PressAsync(key) : visit.Page.Keyboard.TypeAsync(key));
        }
    }
}
