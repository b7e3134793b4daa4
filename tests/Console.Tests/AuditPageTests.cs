using System.Globalization;
using System.Net;
using System.Text.Json;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class AuditPageTests(ConsoleApp app)
{
    private const int MostElements = 2_500;

    [Fact]
    public async Task Changes_are_found_by_subject_user_and_time_which_are_in_the_address()
    {
        var sku = await app.Shop.Product();
        using var adjusted = await app.Shop.Staff.PostJson($"/products/{sku}/stock-adjustments", new { quantity = 3, reason = "found" });
        await adjusted.Expect(HttpStatusCode.Created);
        using var priced = await app.Shop.Staff.SendJson(HttpMethod.Put, "/products/" + sku, new { name = "Cup", price = Shop.Usd(1_500) });
        await priced.Expect(HttpStatusCode.OK);
        await using var visit = await app.OpenAs(Roles.Admin);
        var rows = visit.Page.Locator("tr[data-row]");
        await visit.GoTo("/audit");
        await visit.Page.Keyboard.PressAsync("/");
        await visit.Page.Keyboard.TypeAsync("product/" + sku);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await visit.Lists(rows.Filter(new() { HasText = "$15.00" }), 1);

        Assert.EndsWith("/console/audit?subject=product%2F" + sku, visit.Page.Url, StringComparison.Ordinal);
        await visit.Page.Locator("h1").FocusAsync();
        await visit.Page.Keyboard.PressAsync("j");
        await visit.Page.Keyboard.PressAsync("Enter");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByRole(AriaRole.Heading, new() { Name = "Product changed" })).ToBeVisibleAsync();
        await Expect(dialog.Locator("tbody tr").Filter(new() { HasText = "price" })).ToContainTextAsync("$15.00");
        await visit.IsSound();
        await dialog.GetByRole(AriaRole.Link, new() { Name = "All by this user or key" }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(visit.Page.GetByLabel("By", new() { Exact = true })).ToHaveValueAsync(UserIdOfStaff);
        await Expect(rows.First).ToContainTextAsync("u-");

        await visit.Page.GetByLabel("Before").FillAsync("2020-01-01T00:00");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(visit.Page.GetByText("No entry matches.")).ToBeVisibleAsync();
        await visit.Page.GetByLabel("From", new() { Exact = true }).FillAsync("2021-01-01T00:00");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(visit.Page.Locator(".field .error")).ToHaveTextAsync("From must not be after to");
        await visit.Page.GoBackAsync();
        await Expect(visit.Page.GetByText("No entry matches.")).ToBeVisibleAsync();
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Clear" }).ClickAsync();
        await Expect(visit.Page.GetByLabel("By", new() { Exact = true })).ToHaveValueAsync("");
        visit.HasNoFault();
    }

    [Fact]
    public async Task Ten_thousand_entries_keep_the_page_at_a_bounded_number_of_elements()
    {
        const int Entries = 10_000;
        await using var visit = await app.OpenAs(Roles.Admin);
        await visit.Page.RouteAsync("**/console/api/audit?*", route =>
        {
            var from = int.Parse(System.Web.HttpUtility.ParseQueryString(new Uri(route.Request.Url).Query)["cursor"] ?? "0", CultureInfo.InvariantCulture);
            var page = new
            {
                data = Enumerable.Range(from, 100).Select(i => new
                {
                    at = "2026-05-04T12:00:00Z", by = "system", subject = "product/CUP", type = "stock.adjusted", version = i, to = new { quantity = i, reason = "delivery" },
                }),
                next_cursor = from + 100 < Entries ? $"{from + 100}" : null,
            };
            return route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = JsonSerializer.Serialize(page) });
        });
        await visit.GoTo("/audit");
        var most = 0;

        await Eventually.HoldsAsync(
            async () =>
            {
                await visit.Page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
                most = Math.Max(most, await visit.Page.EvaluateAsync<int>("document.querySelectorAll('*').length"));
                return await visit.Page.GetByText("10000 entries", new() { Exact = true }).CountAsync() == 1;
            },
            "all entries are in the list", interval: TimeSpan.FromMilliseconds(20), cancellation: TestContext.Current.CancellationToken);

        await visit.Page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
        await Expect(visit.Page.GetByText($"quantity: {Entries - 1};")).ToBeVisibleAsync();
        Assert.InRange(most, 100, MostElements);
        visit.HasNoFault();
    }

    private static string UserIdOfStaff => Grains.Interfaces.Users.UserId.From("admin");
}
