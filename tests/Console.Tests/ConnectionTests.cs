using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class ConnectionTests(ConsoleApp app)
{
    [Fact]
    public async Task A_lost_connection_is_told_and_the_page_catches_up_when_it_is_back()
    {
        var customer = await app.Shop.Customer();
        var id = (await customer.Placed((await app.Shop.Product(), 1))).Text("id")!;
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders/" + id);
        await Expect(visit.Page.Locator(".live")).ToHaveTextAsync("Live");

        await visit.Page.Context.SetOfflineAsync(true);
        await Expect(visit.Page.GetByText("Not connected, trying again")).ToBeVisibleAsync();
        using var paid = await customer.Http.PostJson($"/orders/{id}/pay");
        await paid.Expect(HttpStatusCode.OK);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert)).ToContainTextAsync("Not connected");

        // What is behind the dialog is inert, also to a screen reader.
        await Expect(visit.Page.GetByRole(AriaRole.Dialog).Locator("[aria-live=assertive]")).ToContainTextAsync("Not connected, trying again");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Pending");

        await visit.Page.Context.SetOfflineAsync(false);

        await Expect(visit.Page.Locator(".lost")).ToHaveCountAsync(0);
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Paid");
        await Expect(visit.Page.Locator(".live")).ToHaveTextAsync("Live");
        using var completed = await app.Shop.Staff.PostJson($"/orders/{id}/pack");
        await completed.Expect(HttpStatusCode.OK);
        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Packing");
        visit.HasNoFault();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(502)]
    public async Task A_page_that_is_asked_for_while_the_network_or_a_proxy_does_not_reach_the_server_comes_when_it_does_again(int? answer)
    {
        var customer = await app.Shop.Customer();
        var id = (await customer.Placed((await app.Shop.Product(), 1))).Text("id")!;
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders");
        await visit.Page.RouteAsync("**/console/api/**", route => answer is { } status
            ? route.FulfillAsync(new RouteFulfillOptions { Status = status, ContentType = "text/html", Body = "<h1>Bad Gateway</h1>" })
            : route.AbortAsync("connectionfailed"));
        await visit.Page.GetByLabel("Search for").FillAsync(id);
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Order " + id })).ToBeFocusedAsync();
        await Expect(visit.Page.Locator(".lost")).ToBeVisibleAsync();

        await visit.Page.UnrouteAllAsync();

        await Expect(visit.Page.Locator(".lead .status")).ToHaveTextAsync("Pending");
        await Expect(visit.Page.Locator(".lost")).ToHaveCountAsync(0);
        await Expect(visit.Page.Locator(".problem")).ToHaveCountAsync(0);
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_tab_has_one_connection_and_leaves_none_behind()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        var (open, streams) = (0, new HashSet<Microsoft.Playwright.IRequest>());
        visit.Page.Request += (_, request) =>
        {
            if (request.Headers.GetValueOrDefault("accept") == "text/event-stream" && streams.Add(request))
            {
                Interlocked.Increment(ref open);
            }
        };
        visit.Page.RequestFailed += (_, request) => Interlocked.Add(ref open, streams.Contains(request) ? -1 : 0);
        visit.Page.RequestFinished += (_, request) => Interlocked.Add(ref open, streams.Contains(request) ? -1 : 0);
        var customer = await app.Shop.Customer();
        var id = (await customer.Placed((await app.Shop.Product(), 1))).Text("id")!;

        await visit.GoTo("/now");
        await Eventually.HoldsAsync(() => Volatile.Read(ref open) == 1, "the page follows the figures", cancellation: TestContext.Current.CancellationToken);
        await visit.Page.Keyboard.PressAsync("g");
        await visit.Page.Keyboard.PressAsync("o");
        await Eventually.HoldsAsync(() => Volatile.Read(ref open) == 0, "the list follows nothing", cancellation: TestContext.Current.CancellationToken);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = id }).ClickAsync();
        await Eventually.HoldsAsync(() => Volatile.Read(ref open) == 1, "the order is followed", cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(2, streams.Count);
    }
}
