using System.Net;
using System.Text.Json;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class ListTests(ConsoleApp app)
{
    private const int MostElements = 2_500;

    [Fact]
    public async Task What_is_searched_for_is_in_the_address_and_there_again_on_the_way_back()
    {
        var customer = await app.Shop.Customer();
        var sku = await app.Shop.Product();
        var first = (await customer.Placed((sku, 1))).Text("id")!;
        var second = (await customer.Placed((sku, 2))).Text("id")!;
        using var paid = await customer.Http.PostJson($"/orders/{first}/pay");
        await paid.Expect(HttpStatusCode.OK);
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders");

        await visit.Page.GetByLabel("Search by").SelectOptionAsync("SKU");
        await visit.Page.GetByLabel("Search for").FillAsync(sku);
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Lists(Rows(visit), 2);
        await visit.Page.GetByLabel("Status").SelectOptionAsync("Paid");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await visit.Lists(Rows(visit), 1);
        await Expect(visit.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "1 order" })).ToBeVisibleAsync();
        Assert.EndsWith($"/console/orders?status=paid&sku={sku}", visit.Page.Url, StringComparison.Ordinal);

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = first }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Order " + first })).ToBeVisibleAsync();
        await visit.Page.GoBackAsync();
        await Expect(Rows(visit)).ToHaveCountAsync(1);
        await Expect(visit.Page.GetByLabel("Search for")).ToHaveValueAsync(sku);
        await visit.Page.GoBackAsync();
        await Expect(Rows(visit)).ToHaveCountAsync(2);
        await Expect(visit.Page.GetByLabel("Status")).ToHaveValueAsync("");
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = second })).ToBeVisibleAsync();
        visit.HasNoFault();
    }

    [Fact]
    public async Task Orders_are_found_by_reference_tracking_number_and_user()
    {
        var (customer, sku, mark) = (await app.Shop.Customer(), await app.Shop.Product(), Shop.Unique("ref"));
        using var placed = await customer.Http.PostJson("/orders", new { items = new[] { new { sku, quantity = 1 } }, external_reference = mark });
        var id = (await placed.Expect(HttpStatusCode.Created)).Text("id")!;
        foreach (var (step, body) in ((string, object?)[])[("pay", null), ("pack", null), ("ship", new { carrier = "Post", tracking_number = "T" + mark })])
        {
            using var done = await app.Shop.Staff.PostJson($"/orders/{id}/{step}", body);
            await done.Expect(HttpStatusCode.OK);
        }

        await using var visit = await app.OpenAs(Roles.Admin);
        using var who = await customer.Http.GetAsync("/users/me", TestContext.Current.CancellationToken);
        var name = (await who.Expect(HttpStatusCode.OK)).Text("user_name")!;
        await visit.GoTo("/orders");
        foreach (var (by, text) in ((string, string)[])[("Reference", mark), ("Tracking number", "T" + mark), ("User", customer.Id), ("User", name)])
        {
            await visit.Page.GetByLabel("Search by").SelectOptionAsync(by);
            await visit.Page.GetByLabel("Search for").FillAsync(text);
            await visit.Page.Keyboard.PressAsync("Enter");

            await visit.Lists(Rows(visit), 1);
            await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = id })).ToBeVisibleAsync();
            await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Clear" }).ClickAsync();
            await Expect(visit.Page.GetByLabel("Search for")).ToHaveValueAsync("");
        }

        visit.HasNoFault();
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_is_not_called_empty()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.Page.RouteAsync("**/console/api/payments?*", route => route.FulfillAsync(new RouteFulfillOptions
        {
            Status = 500, ContentType = "application/problem+json", Body = """{"type":"/problems/internal","title":"Something went wrong here"}""",
        }));
        await visit.GoTo("/payments");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Something went wrong here");
        await Expect(visit.Page.GetByText("No payment needs attention.")).ToHaveCountAsync(0);
        await Expect(visit.Page.GetByText("0 payments")).ToHaveCountAsync(0);
        await visit.Page.UnrouteAllAsync();

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await Expect(visit.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "payment" })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        visit.HasNoFault();
    }

    [Fact]
    public async Task Who_signs_in_after_another_is_shown_nothing_of_the_list_of_the_other()
    {
        var order = (await (await app.Shop.Customer()).Placed((await app.Shop.Product(), 1))).Text("id")!;
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders");
        await visit.Lists(visit.Page.GetByRole(AriaRole.Link, new() { Name = order }), 1);
        await app.SignIn(visit, (await app.Shop.Customer()).Id, Roles.Customer);
        await visit.Page.RouteAsync("**/console/api/orders?*", _ => Task.CompletedTask);

        await visit.LookAt();

        await Expect(visit.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link)).ToHaveTextAsync(["Orders"]);
        await Expect(visit.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Loading" })).ToBeVisibleAsync();
        await Expect(Rows(visit)).ToHaveCountAsync(0);
        visit.HasNoFault();
    }

    [Fact]
    public async Task Ten_thousand_orders_keep_the_page_at_a_bounded_number_of_elements()
    {
        const int Orders = 10_000;
        await using var visit = await app.OpenAs(Roles.Operator);

        // The pages of the API, without placing so many orders.
        await visit.Page.RouteAsync("**/console/api/orders?*", route =>
        {
            var query = System.Web.HttpUtility.ParseQueryString(new Uri(route.Request.Url).Query);
            var from = int.Parse(query["cursor"] ?? "0", System.Globalization.CultureInfo.InvariantCulture);
            var page = new
            {
                data = Enumerable.Range(from, 100).Select(i => new
                {
                    id = $"{i:d26}",
                    user_id = "u-7h3k9m2p4q6r8s0t1v3w5x7y9z",
                    status = "paid",
                    items = new[] { new { sku = "CUP", name = "Stoneware cup", quantity = 2 } },
                    total = Shop.Usd(2_800),
                    payment_status = "paid",
                    created_at = "2026-05-04T12:00:00Z",
                }),
                next_cursor = from + 100 < Orders ? $"{from + 100}" : null,
            };
            return route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = JsonSerializer.Serialize(page) });
        });
        await visit.GoTo("/orders");
        var most = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                await visit.Page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
                most = Math.Max(most, await visit.Page.EvaluateAsync<int>("document.querySelectorAll('*').length"));
                return await visit.Page.GetByText("10000 orders", new() { Exact = true }).CountAsync() == 1;
            },
            "all orders are in the list", interval: TimeSpan.FromMilliseconds(20), cancellation: TestContext.Current.CancellationToken);

        await visit.Page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = $"{Orders - 1:d26}" })).ToBeVisibleAsync();
        Assert.InRange(most, 100, MostElements);
        await Expect(visit.Page.GetByRole(AriaRole.Table)).ToHaveAttributeAsync("aria-rowcount", $"{Orders + 1}");
        await visit.Page.EvaluateAsync("scrollTo(0, 0)");
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = $"{0:d26}" })).ToBeVisibleAsync();
        await visit.IsSound();
    }

    private static ILocator Rows(Visit visit) => visit.Page.Locator("tr[data-row]");
}
