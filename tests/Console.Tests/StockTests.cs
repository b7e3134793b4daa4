using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class StockTests(ConsoleApp app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operator_finds_low_stock_and_adjusts_it_with_a_reason()
    {
        var sku = await app.Shop.Product(stock: 2, name: "Blue bowl");
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/stock?low=true");
        await Eventually.HoldsAsync(
            async () =>
            {
                await visit.Page.Keyboard.PressAsync("r");
                await visit.IsShown();
                return await visit.Page.GetByRole(AriaRole.Link, new() { Name = sku }).CountAsync() == 1;
            },
            "the product is listed", interval: TimeSpan.FromMilliseconds(250), cancellation: Cancellation);
        await Expect(visit.Page.Locator("tr[data-row]", new() { HasText = sku })).ToContainTextAsync("Blue bowl");
        await visit.Page.GetByLabel("SKU or name").FillAsync(sku.ToLowerInvariant());
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(1);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = sku }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = sku })).ToBeFocusedAsync();
        await Expect(visit.Page.Locator(".page-head").GetByRole(AriaRole.Button)).ToHaveTextAsync(["Adjust", "Read again"]);

        await Adjust(visit, "-3", "counted");
        await Expect(Dialog(visit).GetByRole(AriaRole.Alert)).ToContainTextAsync("There is not enough stock");
        await Expect(Dialog(visit).GetByLabel("Reason")).ToHaveValueAsync("counted");
        await visit.IsSound();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Adjust(visit, "-2", "broken");

        await Expect(visit.Page.Locator(".facts").First).ToContainTextAsync("Available0");
        await Expect(visit.Page.GetByRole(AriaRole.Table, new() { Name = "Adjustments" }).Locator("tr[data-row]").First).ToContainTextAsync("broken");
        await Expect(visit.Page.Locator("tr[data-row]")).ToHaveCountAsync(2);
        Assert.Equal(0, (await app.Shop.Stock(sku)).Number("available"));
        visit.HasNoFault();
    }

    [Fact]
    public async Task An_administrator_creates_a_product_and_overwrites_none()
    {
        var (taken, sku) = (await app.Shop.Product(name: "Blue bowl"), Shop.Unique("NEW"));
        await using var visit = await app.OpenAs(Roles.Admin);
        await visit.GoTo("/stock");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "New product" }).ClickAsync();
        var (field, create) = (Dialog(visit).GetByLabel("SKU"), Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Create" }));
        await Dialog(visit).GetByLabel("Name").FillAsync("Green bowl");
        await Dialog(visit).GetByLabel("Price").FillAsync("12.50");
        foreach (var (text, error) in ((string, string)[])[("", "SKU must be"), ("a/b", "SKU must be"), (taken, "SKU is that of another product")])
        {
            await field.FillAsync(text);
            await create.ClickAsync();
            await Expect(Dialog(visit).Locator(".field .error")).ToContainTextAsync(error);
            await Expect(field).ToBeFocusedAsync();
        }

        await visit.IsSound();
        await field.FillAsync(sku);
        await create.ClickAsync();

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = sku })).ToBeFocusedAsync();
        await Expect(visit.Page.Locator(".lead")).ToContainTextAsync("Green bowl$12.50");
        using var other = await app.Shop.Staff.GetAsync("/products/" + taken, Cancellation);
        Assert.Equal("Blue bowl", (await other.Expect(HttpStatusCode.OK)).Text("name"));
        visit.HasNoFault();
    }

    [Fact]
    public async Task An_adjustment_whose_answer_is_lost_is_made_once_when_it_is_sent_again()
    {
        var sku = await app.Shop.Product(stock: 10);
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/stock/" + sku);
        await visit.Page.RouteAsync("**/stock-adjustments", async route =>
        {
            if (route.Request.Method == "POST")
            {
                await route.FetchAsync();
                await route.AbortAsync("connectionreset");
            }
            else
            {
                await route.ContinueAsync();
            }
        });
        await Adjust(visit, "5", "delivery");
        await Expect(visit.Page.Locator(".facts").First).ToContainTextAsync("Available15");
        await Expect(Dialog(visit).GetByText("It is not known whether this took effect: its answer was lost.")).ToBeVisibleAsync();
        await visit.Page.UnrouteAllAsync();

        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Adjust" }).ClickAsync();

        await Expect(Dialog(visit)).ToHaveCountAsync(0);
        await Expect(visit.Page.Locator(".toasts")).ToContainTextAsync("15 available");
        Assert.Equal(15, (await app.Shop.Stock(sku)).Number("available"));
        visit.HasNoFault();
    }

    [Fact]
    public async Task An_administrator_changes_a_price_and_overwrites_nothing_that_changed_meanwhile()
    {
        var sku = await app.Shop.Product(price: 1_000, name: "Bowl");
        await using var visit = await app.OpenAs(Roles.Admin);
        await visit.GoTo("/stock/" + sku);
        await Click(visit, "Name and price");
        using var changed = await app.Shop.Staff.SendJson(HttpMethod.Put, "/products/" + sku, new { name = "Blue bowl", price = Shop.Usd(1_100) });
        await changed.Expect(HttpStatusCode.OK);

        await Dialog(visit).GetByLabel("Price").FillAsync("12.50");
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Change" }).ClickAsync();
        await Expect(Dialog(visit).GetByRole(AriaRole.Alert)).ToContainTextAsync("A precondition does not hold");
        await Expect(Dialog(visit).Locator(".notice")).ToContainTextAsync("The product has changed since this form was opened.");
        await Expect(visit.Page.Locator(".lead")).ToContainTextAsync("$11.00");
        Assert.Equal(("Blue bowl", 1_100), await Product(sku));

        await visit.Page.Keyboard.PressAsync("Escape");
        await Click(visit, "Name and price");
        await Dialog(visit).GetByLabel("Price").FillAsync("free");
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Change" }).ClickAsync();
        await Expect(Dialog(visit).GetByLabel("Price")).ToHaveAttributeAsync("aria-invalid", "true");
        await Dialog(visit).GetByLabel("Price").FillAsync("12.50");
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Change" }).ClickAsync();
        await Expect(visit.Page.Locator(".lead")).ToContainTextAsync("$12.50");
        Assert.Equal(("Blue bowl", 1_250), await Product(sku));

        foreach (var (step, status) in ((string, string)[])[("Suspend", "Suspended"), ("Reactivate", "Active")])
        {
            await Click(visit, step);
            await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = step }).ClickAsync();
            await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync(status);
        }

        visit.HasNoFault();
    }

    [Fact]
    public async Task An_older_answer_that_comes_late_does_not_replace_what_a_change_has_made()
    {
        var sku = await app.Shop.Product();
        await using var visit = await app.OpenAs(Roles.Admin);
        await visit.GoTo("/stock/" + sku);
        var (read, late, sent) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        await visit.Page.RouteAsync($"**/console/api/products/{sku}", async route =>
        {
            if (route.Request.Method != "GET")
            {
                await route.ContinueAsync();
                return;
            }

            var answer = await route.FetchAsync();
            read.SetResult();
            await late.Task;
            try
            {
                await route.FulfillAsync(new RouteFulfillOptions { Response = answer });
            }
            catch (PlaywrightException)
            {
                // The page does not wait for it any more.
            }

            sent.SetResult();
        });
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Read again" }).ClickAsync();
        await read.Task;
        await Click(visit, "Suspend");
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Suspend" }).ClickAsync();
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Suspended");

        late.SetResult();
        await sent.Task;

        await Click(visit, "Adjust");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Suspended");
        visit.HasNoFault();
    }

    private static ILocator Dialog(Visit visit) => visit.Page.GetByRole(AriaRole.Dialog);

    private static Task Click(Visit visit, string name) => visit.Page.Locator(".page-head").GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();

    private static async Task Adjust(Visit visit, string units, string reason)
    {
        await Click(visit, "Adjust");
        await Dialog(visit).GetByLabel("Units").FillAsync(units);
        await Dialog(visit).GetByLabel("Reason").FillAsync(reason);
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Adjust" }).ClickAsync();
    }

    private async Task<(string? Name, long Price)> Product(string sku)
    {
        using var response = await app.Shop.Staff.GetAsync("/products/" + sku, Cancellation);
        var product = await response.Expect(HttpStatusCode.OK);
        return (product.Text("name"), product.Number("price", "amount"));
    }
}
