using System.Collections.Concurrent;
using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

/// <summary>What the console offers each role, and that the API refuses none of it.</summary>
public sealed class RoleTests(ConsoleApp app)
{
    [Theory]
    [InlineData(Roles.Customer, "Orders")]
    [InlineData(Roles.Operator, "Now", "Orders", "Packing", "Stock", "Payments", "Webhooks")]
    [InlineData(Roles.Admin, "Now", "Orders", "Packing", "Stock", "Customers", "Payments", "Webhooks", "Settings", "Keys", "Audit")]
    public async Task A_role_is_offered_its_pages_and_none_of_them_is_refused(string role, params string[] pages)
    {
        await using var visit = await app.OpenAs(role);
        var refused = new ConcurrentQueue<string>();
        visit.Page.Response += (_, answer) =>
        {
            if (answer.Status == (int)HttpStatusCode.Forbidden)
            {
                refused.Enqueue(answer.Url);
            }
        };
        await visit.GoTo("");
        var links = visit.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link);
        await Expect(links).ToHaveTextAsync(pages);

        foreach (var page in pages)
        {
            await links.GetByText(page, new() { Exact = true }).ClickAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = page, Exact = true, Level = 1 })).ToBeVisibleAsync();
            await visit.IsShown();
        }

        Assert.Empty(refused);
        visit.HasNoFault();
    }

    [Fact]
    public async Task An_order_offers_each_role_what_it_may_do()
    {
        var customer = await app.Shop.Customer();
        var id = (await customer.Placed((await app.Shop.Product(), 1))).Text("id")!;
        await using var owner = await app.OpenAs(customer.Id, [Roles.Customer]);
        await using var operation = await app.OpenAs(Roles.Operator);
        await using var administration = await app.OpenAs(Roles.Admin);
        foreach (var visit in (Visit[])[owner, operation, administration])
        {
            await visit.GoTo("/orders/" + id);
        }

        await Offers(owner, "Pay", "Amend", "Cancel the order");
        await Offers(operation, "Cancel the order");
        await Offers(administration, "Pay", "Amend", "Cancel the order");
        using var paid = await customer.Http.PostJson($"/orders/{id}/pay");
        await paid.Expect(HttpStatusCode.OK);
        await Offers(owner, "Cancel the order");
        await Offers(operation, "Pack", "Refund", "Cancel the order");
        await Offers(administration, "Pack", "Refund", "Cancel the order");
        foreach (var (step, body) in ((string, object?)[])[("pack", null), ("ship", new { carrier = "Post", tracking_number = "T1" })])
        {
            using var done = await app.Shop.Staff.PostJson($"/orders/{id}/{step}", body);
            await done.Expect(HttpStatusCode.OK);
        }

        await Offers(owner, "Receive");
        await Offers(operation, "Receive", "Refund");
    }

    private static Task Offers(Visit visit, params string[] actions) => Expect(visit.Page.Locator(".page-head").GetByRole(AriaRole.Button)).ToHaveTextAsync(actions);
}
