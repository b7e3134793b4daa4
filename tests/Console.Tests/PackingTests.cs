using System.Net;
using System.Text.Json;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class PackingTests(ConsoleApp app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_goes_from_packing_to_completed_and_is_refunded_in_part_by_keys_alone()
    {
        await NothingWaits();
        var (id, customer) = await Paid();
        await using var visit = await app.OpenAs(Roles.Operator);
        var keys = visit.Page.Keyboard;
        await visit.GoTo("/now");

        await Press(visit, "g", "p");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Packing", Exact = true })).ToBeFocusedAsync();
        await visit.IsShown();
        await keys.PressAsync("n");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Order " + id })).ToBeFocusedAsync();
        await Expect(visit.Page.Locator(".parcel .quantity")).ToHaveTextAsync(["2", "3"]);
        await Expect(visit.Page.Locator(".parcel address")).ToContainTextAsync("12 St James's Square");
        await Expect(visit.Page.Locator(".parcel .note")).ToHaveTextAsync("Gift wrap, please.");
        await Press(visit, "x", "x");
        await Expect(visit.Page.GetByText("All lines are in the box.")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByLabel("Carrier")).ToBeFocusedAsync();
        await keys.TypeAsync("Royal Mail");
        await keys.PressAsync("Tab");
        await keys.TypeAsync("RR7GB");
        await keys.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Take the next order" })).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Expect(visit.Page.Locator(".idle")).ToContainTextAsync("No paid order is waiting.");

        await Press(visit, "g", "o");
        await visit.IsShown();
        await keys.PressAsync("/");
        await keys.TypeAsync(id);
        await keys.PressAsync("Enter");
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Shipped");
        await Press(visit, "v", "Tab", "Enter");
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Received");
        await Press(visit, "m", "Tab", "Enter");
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Completed");
        await Press(visit, "f", "Tab");
        await Expect(visit.Page.GetByLabel("Amount")).ToBeFocusedAsync();
        await keys.PressAsync("ControlOrMeta+a");
        await keys.TypeAsync("2.50");
        await keys.PressAsync("Tab");
        await keys.TypeAsync("A scratch.");
        await keys.PressAsync("Enter");

        await Expect(visit.Page.GetByRole(AriaRole.Table, new() { Name = "Refunds" })).ToContainTextAsync("$2.50");
        Assert.Equal((1_000_000 - 5_000 + 250, 0), await app.Shop.Wallet(customer));
        visit.HasNoFault();
    }

    [Fact]
    public async Task An_order_goes_from_packing_to_completed_and_is_refunded_in_part_by_clicks()
    {
        await NothingWaits();
        var (id, customer) = await Paid();
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/now");
        await Pages(visit).GetByRole(AriaRole.Link, new() { Name = "Packing" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Take the next order" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Order " + id })).ToBeVisibleAsync();

        // Also long names stay within a telephone.
        await visit.Page.SetViewportSizeAsync(360, 640);
        await Expect(visit.Page.Locator(".parcel")).ToBeVisibleAsync();
        Assert.Equal(360, await visit.Page.EvaluateAsync<int>("Math.max(360, document.documentElement.scrollWidth)"));
        await visit.Page.SetViewportSizeAsync(1_280, 900);
        foreach (var line in await visit.Page.Locator(".parcel input[type=checkbox]").AllAsync())
        {
            await line.CheckAsync();
        }

        await visit.Page.GetByLabel("Carrier").FillAsync("Royal Mail");
        await visit.Page.GetByLabel("Tracking number").FillAsync("RR8GB");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Ship" }).ClickAsync();
        await Expect(visit.Page.Locator(".toasts")).ToContainTextAsync("Shipped: Royal Mail RR8GB.");
        await Pages(visit).GetByRole(AriaRole.Link, new() { Name = "Orders" }).ClickAsync();
        await visit.Page.GetByLabel("Search for").FillAsync(id);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        foreach (var (step, status) in ((string, string)[])[("Receive", "Received"), ("Complete", "Completed")])
        {
            await visit.Page.Locator(".page-head").GetByRole(AriaRole.Button, new() { Name = step, Exact = true }).ClickAsync();
            await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = step, Exact = true }).ClickAsync();
            await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync(status);
        }

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Refund" }).ClickAsync();
        await Dialog(visit).GetByLabel("Amount").FillAsync("2.50");
        await Dialog(visit).GetByLabel("Reason").FillAsync("A scratch.");
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Refund" }).ClickAsync();

        await Expect(visit.Page.GetByRole(AriaRole.Table, new() { Name = "Refunds" })).ToContainTextAsync("$2.50");
        Assert.Equal((1_000_000 - 5_000 + 250, 0), await app.Shop.Wallet(customer));
        visit.HasNoFault();
    }

    [Fact]
    public async Task Two_operators_at_once_never_pack_the_same_order_unawares()
    {
        await NothingWaits();
        var (first, _) = await Paid();
        var (second, _) = await Paid();
        var (ada, bob) = (await app.Register(Roles.Operator), await app.Register(Roles.Operator));
        await using var left = await app.OpenAs(ada, [Roles.Operator]);
        await using var right = await app.OpenAs(bob, [Roles.Operator]);
        await left.GoTo("/packing");
        await right.GoTo("/packing");

        // Both take the next one at the same time: each gets another, and sees what the other packs.
        await Task.WhenAll(left.Page.Keyboard.PressAsync("n"), right.Page.Keyboard.PressAsync("n"));
        var taken = new[] { await Packed(left), await Packed(right) };
        Assert.Equal(new[] { first, second }.Order(), taken.Order());
        await Expect(Others(left)).ToContainTextAsync(taken[1]);
        await Expect(Others(left)).ToContainTextAsync(bob);
        await Expect(Others(right)).ToContainTextAsync(taken[0]);

        // One looks at the page of an order while the other packs it: the page says so, and packs nothing.
        var (third, _) = await Paid();
        await left.GoTo("/orders/" + third);
        await left.Page.Locator(".page-head").GetByRole(AriaRole.Button, new() { Name = "Pack", Exact = true }).ClickAsync();
        await right.Page.GetByRole(AriaRole.Button, new() { Name = "Pack order " + third }).ClickAsync();
        Assert.Equal(third, await Packed(right, taken[1]));
        await Expect(Dialog(left).Locator(".notice")).ToContainTextAsync("The order has changed since this form was opened: it is packing now.");
        await Dialog(left).GetByRole(AriaRole.Button, new() { Name = "Pack", Exact = true }).ClickAsync();
        await Expect(Dialog(left).GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await left.Page.Keyboard.PressAsync("Escape");
        await Expect(left.Page.Locator(".facts")).ToContainTextAsync([bob]);
        await left.Page.Locator(".page-head").GetByRole(AriaRole.Button, new() { Name = "Ship", Exact = true }).ClickAsync();
        await Expect(Dialog(left)).ToContainTextAsync($"Another operator packs this order: {bob}.");
        using var order = await app.Shop.Staff.GetAsync("/orders/" + third, Cancellation);
        Assert.Equal(bob, PackerOf(await order.Expect(HttpStatusCode.OK)));
        left.HasNoFault();
        right.HasNoFault();
    }

    [Fact]
    public async Task An_order_of_an_old_list_that_another_has_taken_is_refused_in_the_words_of_the_API()
    {
        await NothingWaits();
        var (id, _) = await Paid();
        var other = await app.Register(Roles.Operator);
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/packing");
        var pack = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Pack order " + id });
        await Expect(pack).ToBeVisibleAsync();
        await visit.Page.RouteAsync("**/console/api/orders?status=paid*", _ => Task.CompletedTask);
        using var client = app.ClientOf(other, Roles.Operator);
        using var packed = await client.PostJson($"/orders/{id}/pack");
        await packed.Expect(HttpStatusCode.OK);

        await pack.ClickAsync();

        var alert = visit.Page.Locator(".problem");
        await Expect(alert).ToContainTextAsync("Another operator has taken the order");
        await Expect(alert).ToContainTextAsync(other);
        await Expect(visit.Page.Locator(".parcel")).ToHaveCountAsync(0);
        await Expect(Others(visit)).ToContainTextAsync(id);
        await visit.IsSound();
    }

    [Fact]
    public async Task Orders_that_are_listed_are_not_said_to_be_missing_when_none_could_be_taken()
    {
        await NothingWaits();
        var (id, _) = await Paid();
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/packing");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Pack order " + id })).ToBeVisibleAsync();

        await visit.Page.RouteAsync("**/console/api/orders/claim-next", route => route.FulfillAsync(new RouteFulfillOptions { Status = 204 }));
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Take the next order" }).ClickAsync();

        await Expect(visit.Page.Locator(".idle")).ToContainTextAsync("No order could be taken just now. Try again.");
    }

    [Fact]
    public async Task What_was_taken_is_found_again_after_a_lost_answer_and_after_a_reload()
    {
        await NothingWaits();
        var (id, _) = await Paid();
        var (next, _) = await Paid();
        var operatorId = await app.Register(Roles.Operator);
        await using var visit = await app.OpenAs(operatorId, [Roles.Operator]);
        await visit.GoTo("/packing");
        await visit.Page.RouteAsync("**/console/api/orders/claim-next", async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync("connectionreset");
        });

        await visit.Page.Keyboard.PressAsync("n");

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Order " + id })).ToBeVisibleAsync();
        await visit.Page.UnrouteAllAsync();
        await visit.Page.Keyboard.PressAsync("x");
        await Expect(visit.Page.GetByText("1 of 2 lines are in the box.")).ToBeVisibleAsync();
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Order " + id })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("1 of 2 lines are in the box.")).ToBeVisibleAsync();

        // It was the only one: the other still waits.
        using var waits = await app.Shop.Staff.GetAsync("/orders/" + next, Cancellation);
        Assert.Equal("paid", (await waits.Expect(HttpStatusCode.OK)).Text("status"));
        visit.HasNoFault();
    }

    [Fact]
    public async Task An_order_that_is_cancelled_while_it_is_packed_is_not_sent()
    {
        await NothingWaits();
        var (id, _) = await Paid();
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/packing");
        await visit.Page.Keyboard.PressAsync("n");
        await Expect(visit.Page.GetByLabel("Tracking number")).ToBeVisibleAsync();

        using var cancelled = await app.Shop.Staff.SendJson(HttpMethod.Delete, "/orders/" + id, new { reason = "The customer called." });
        await cancelled.Expect(HttpStatusCode.OK);

        await Expect(visit.Page.Locator(".parcel .notice")).ToContainTextAsync("This order is cancelled now. Do not send it. The customer called.");
        await Expect(visit.Page.GetByLabel("Tracking number")).ToHaveCountAsync(0);
        await visit.IsSound();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.Locator(".idle")).ToBeVisibleAsync();
    }

    private static ILocator Pages(Visit visit) => visit.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" });

    private static ILocator Dialog(Visit visit) => visit.Page.GetByRole(AriaRole.Dialog);

    private static ILocator Others(Visit visit) => visit.Page.GetByRole(AriaRole.Table, new() { Name = "What other operators pack" });

    private static async Task Press(Visit visit, params string[] keys)
    {
        foreach (var key in keys)
        {
            await visit.Page.Keyboard.PressAsync(key);
        }
    }

    /// <summary>The order on the page; another than the one before.</summary>
    private static async Task<string> Packed(Visit visit, string? before = null)
    {
        var link = visit.Page.Locator(".parcel h2 a");
        if (before is not null)
        {
            await Expect(link).Not.ToHaveTextAsync(before);
        }

        return await link.InnerTextAsync();
    }

    private static string? PackerOf(JsonElement order) =>
        order.At("timeline").EnumerateArray().Last(entry => entry.Text("type") == "order.packing_started").Text("by");

    /// <summary>Takes what other tests have left.</summary>
    private async Task NothingWaits() => await Eventually.HoldsAsync(
        async () =>
        {
            using var taken = await app.Shop.Staff.PostJson("/orders/claim-next");
            return taken.StatusCode == HttpStatusCode.NoContent;
        },
        "no paid order waits", cancellation: Cancellation);

    /// <summary>An order with two lines, which waits to be packed.</summary>
    private async Task<(string Id, Customer Customer)> Paid()
    {
        var customer = await app.Shop.Customer();
        using var placed = await customer.Http.PostJson("/orders", new
        {
            items = new[] { new { sku = await app.Shop.Product(), quantity = 2 }, new { sku = await app.Shop.Product(), quantity = 3 } },
            shipping_address = new { name = "Ada Lovelace", line1 = "12 St James's Square", city = "London", postal_code = "SW1Y 4JH", country = "GB" },
            note = "Gift wrap, please.",
        });
        var id = (await placed.Expect(HttpStatusCode.Created)).Text("id")!;
        using var paid = await customer.Http.PostJson($"/orders/{id}/pay");
        await paid.Expect(HttpStatusCode.OK);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var listed = await app.Shop.Staff.GetAsync($"/orders?status=paid&user_id={customer.Id}", Cancellation);
                return (await listed.Expect(HttpStatusCode.OK)).At("data").GetArrayLength() == 1;
            },
            "the order is listed as paid", cancellation: Cancellation);
        return (id, customer);
    }
}
