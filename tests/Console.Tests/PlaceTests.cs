using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class PlaceTests(ConsoleApp app)
{
    [Fact]
    public async Task A_double_click_places_one_order()
    {
        var (visit, customer) = await Filled();
        await using var _ = visit;

        await Place(visit).DblClickAsync();

        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Pending");
        await Ordered(customer, 1);
        visit.HasNoFault();
    }

    [Fact]
    public async Task An_order_whose_answer_is_lost_is_placed_once_also_after_a_reload()
    {
        var (visit, customer) = await Filled();
        await using var _ = visit;
        await visit.Page.GetByLabel("Note").FillAsync("Ring twice.");

        // The order arrives, and its answer does not.
        await visit.Page.RouteAsync("**/console/api/orders", async route =>
        {
            if (route.Request.Method == "POST")
            {
                await route.FetchAsync();
                await route.AbortAsync();
            }
            else
            {
                await route.ContinueAsync();
            }
        });
        await Place(visit).ClickAsync();
        var unknown = visit.Page.GetByText("It is not known whether this order was placed");
        await Expect(unknown).ToBeVisibleAsync();
        await Ordered(customer, 1);
        await visit.Page.UnrouteAllAsync();
        await visit.Page.ReloadAsync();
        await visit.IsShown();
        await Expect(unknown).ToBeVisibleAsync();
        await Expect(visit.Page.GetByLabel("Note")).ToHaveValueAsync("Ring twice.");
        await visit.IsSound();

        await Place(visit).ClickAsync();

        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Pending");
        await Expect(visit.Page.Locator(".toasts")).ToContainTextAsync("The order was placed before");
        await Ordered(customer, 1);

        // The next one begins empty.
        await visit.GoTo("/orders/new");
        await Expect(visit.Page.GetByText("No product is in the order yet.")).ToBeVisibleAsync();
        visit.HasNoFault();
    }

    [Fact]
    public async Task What_is_refused_stands_at_its_line_and_its_field()
    {
        var (visit, customer) = await Filled();
        await using var _ = visit;
        var quantity = visit.Page.GetByLabel("Quantity of");
        await quantity.FillAsync("101");
        await Place(visit).ClickAsync();
        await Expect(visit.Page.Locator(".draft small.error")).ToHaveTextAsync("100 available");
        await Expect(visit.Page.Locator(".draft .problem")).ToContainTextAsync("There is not enough stock");
        await quantity.FillAsync("0");
        await Place(visit).ClickAsync();
        await Expect(visit.Page.Locator(".draft small.error")).ToContainTextAsync("must be from 1 to 10000");
        await Expect(quantity).ToHaveAttributeAsync("aria-invalid", "true");
        await visit.IsSound();
        await quantity.FillAsync("100");
        using var withdrawn = await app.Shop.Staff.PostJson($"/users/{customer.Id}/withdrawals", Shop.Usd(990_000));
        await withdrawn.Expect(HttpStatusCode.Created);
        await Place(visit).ClickAsync();
        await Expect(visit.Page.Locator(".draft .problem")).ToContainTextAsync("The wallet does not cover the amount");
        await Ordered(customer, 0);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Start over" }).ClickAsync();
        await Expect(visit.Page.GetByText("No product is in the order yet.")).ToBeVisibleAsync();
        visit.HasNoFault();
    }

    [Fact]
    public async Task An_administrator_places_an_order_for_a_customer()
    {
        var name = Shop.Unique("buyer");
        var customer = await app.Enter(name, "Emmy N.");
        await app.Shop.Deposit(customer.Id);
        var sku = await app.Shop.Product();
        await using var visit = await app.OpenAs(Roles.Admin);
        await visit.GoTo("/orders/new");
        await visit.Page.GetByLabel("Another customer").FillAsync("nobody of this name");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Choose" }).ClickAsync();
        await Expect(visit.Page.GetByText("Another customer is the name of no user")).ToBeVisibleAsync();
        await visit.Page.GetByLabel("Another customer").FillAsync(name);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Choose" }).ClickAsync();
        await Expect(visit.Page.GetByText("Emmy N.")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("$10,000.00 available")).ToBeVisibleAsync();
        await Add(visit, sku);

        await Place(visit).ClickAsync();

        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Pending");
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = customer.Id })).ToBeVisibleAsync();
        await Ordered(customer, 1);
        visit.HasNoFault();
    }

    private static ILocator Place(Visit visit) => visit.Page.GetByRole(AriaRole.Button, new() { Name = "Place the order" });

    private static async Task Add(Visit visit, string sku)
    {
        await visit.Page.GetByLabel("Name or SKU").FillAsync(sku);
        await visit.Page.GetByLabel("Name or SKU").PressAsync("Enter");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Add Product " + sku }).ClickAsync();
    }

    private static Task Ordered(Customer customer, int count) => Eventually.HoldsAsync(
        async () =>
        {
            using var list = await customer.Http.GetAsync("/orders");
            return (await list.Expect(HttpStatusCode.OK)).At("data").GetArrayLength() == count;
        },
        $"the customer has {count} orders", cancellation: TestContext.Current.CancellationToken);

    private async Task<(Visit Visit, Customer Customer)> Filled()
    {
        var (customer, sku) = (await app.Shop.Customer(), await app.Shop.Product());
        var visit = await app.OpenAs(customer.Id, [Roles.Customer]);
        await visit.GoTo("/orders/new");
        await Add(visit, sku);
        return (visit, customer);
    }
}
