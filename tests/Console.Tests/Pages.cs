using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

/// <summary>
/// Every page of the console, as tests look at it: a page that routes.js has and this list lacks fails <see cref="PageTests"/>. A visit of a page
/// has what it is about: orders of every status.
/// </summary>
/// <param name="Name">The name of its screenshots.</param>
/// <param name="Route">Its route; null for what routes.js does not have.</param>
/// <param name="PathOf">Its address, of a scene.</param>
/// <param name="Role">Who looks at it; null for somebody who is not signed in.</param>
/// <param name="Prepare">What is done before it is looked at.</param>
public sealed record ConsolePage(string Name, string? Route, Func<Scene, string> PathOf, string? Role = Roles.Admin, Func<ConsoleApp, IPage, Task>? Prepare = null)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ConsolePage> All { get; } =
    [
        new("sign-in", null, _ => "", Role: null),
        new("now", "/now", _ => "/now", Prepare: async (app, page) =>
        {
            await Tests.Scene.Sell(app, 12);
            await Expect(page.Locator(".plot canvas")).ToHaveCountAsync(3);
            await Expect(page.Locator(".tile", new() { HasText = "Placing, P99" })).ToContainTextAsync("ms");
        }),
        new("orders", "/orders", _ => "/orders"),
        new("place", "/orders/new", _ => "/orders/new", Roles.Customer, async (_, page) =>
        {
            await page.GetByLabel("Name or SKU").FillAsync("tea");
            await page.GetByLabel("Name or SKU").PressAsync("Enter");
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = false })).Not.ToHaveCountAsync(0);
            await page.GetByRole(AriaRole.Button, new() { Name = "Add Sencha, 100 g" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Add Cast-iron teapot" }).ClickAsync();
            await page.GetByLabel("Quantity of Sencha").FillAsync("3");
            await page.GetByLabel("Recipient").FillAsync("Ada Lovelace");
            await page.GetByRole(AriaRole.Heading, new() { Name = "Place an order" }).ScrollIntoViewIfNeededAsync();
        }),
        new("place-for", null, scene => "/orders/new?user_id=" + scene.Customer),
        new("order", "/orders/:id", scene => "/orders/" + scene.Shipped),
        new("order-action", null, scene => "/orders/" + scene.Pending, Prepare: (_, page) => page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).ClickAsync()),
        new("order-as-it-was", null, scene => $"/orders/{scene.Shipped}?at_version=1"),
        new("packing", "/packing", _ => "/packing", Prepare: async (app, page) =>
        {
            if (await page.Locator(".parcel").CountAsync() == 0)
            {
                await Tests.Scene.Pay(app, 5);
                // What is listed can be taken.
                await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Pack order" })).Not.ToHaveCountAsync(0);
                await page.GetByRole(AriaRole.Button, new() { Name = "Take the next order" }).ClickAsync();
            }

            await Expect(page.Locator(".parcel")).ToBeVisibleAsync();
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Pack order" })).Not.ToHaveCountAsync(0);
        }),
        new("packing-idle", null, _ => "/packing", Roles.Operator),
        new("stock", "/stock", _ => "/stock"),
        new("product", "/stock/:sku", _ => "/stock/CUP-STONEWARE"),
        new("product-price", null, _ => "/stock/CUP-STONEWARE", Prepare: (_, page) => page.GetByRole(AriaRole.Button, new() { Name = "Name and price" }).ClickAsync()),
        new("customers", "/customers", _ => "/customers"),
        new("customer", "/customers/:id", scene => "/customers/" + scene.Customer),
        new("customer-deposit", null, scene => "/customers/" + scene.Customer, Prepare: (_, page) => page.GetByRole(AriaRole.Button, new() { Name = "Deposit" }).ClickAsync()),
        new("payments", "/payments", _ => "/payments", Prepare: (_, page) => Expect(page.Locator("tr[data-row]")).Not.ToHaveCountAsync(0)),
        new("payments-one", null, _ => "/payments", Prepare: async (_, page) =>
        {
            await page.Locator("tr[data-row]").Filter(new() { HasText = "Disputed" }).First.GetByRole(AriaRole.Button).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Dialog).Locator(".timeline")).ToBeVisibleAsync();
        }),
        new("webhooks", "/webhooks", _ => "/webhooks"),
        new("webhook", "/webhooks/:id", scene => "/webhooks/" + scene.Webhook),
        new("webhook-new", null, _ => "/webhooks", Prepare: async (_, page) =>
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Register a webhook" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "Placed" })).ToBeVisibleAsync();
        }),
        new("settings", "/settings", _ => "/settings", Prepare: (_, page) => page.GetByLabel("Payment timeout").FillAsync("00:25:00")),
        new("settings-variants", null, _ => "/settings", Prepare: (_, page) => page.GetByRole(AriaRole.Button, new() { Name = "Add a variant" }).ScrollIntoViewIfNeededAsync()),
        new("settings-variant", null, _ => "/settings", Prepare: (_, page) => page.GetByRole(AriaRole.Button, new() { Name = "Edit testers" }).ClickAsync()),
        new("api-keys", "/keys", _ => "/keys"),
        new("api-key-new", null, _ => "/keys", Prepare: (_, page) => page.GetByRole(AriaRole.Button, new() { Name = "Create a key" }).ClickAsync()),
        new("audit", "/audit", _ => "/audit"),
        new("audit-entry", null, _ => "/audit?subject=settings%2F0", Prepare: (_, page) => page.GetByRole(AriaRole.Button, new() { Name = "Settings changed" }).First.ClickAsync()),
        new("keys", null, _ => "/orders", Prepare: (_, page) => page.Keyboard.PressAsync("?")),
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Opens it.</summary>
    public async Task<Visit> Open(ConsoleApp app, ColorScheme theme, int width = 1_280, int height = 900)
    {
        var scene = await app.Scene();
        var visit = Role is null ? await app.Open(theme, width, height) : await app.OpenAs(scene.UserOf(Role), [Role], theme, width, height);
        await visit.GoTo(PathOf(scene));
        await (Prepare?.Invoke(app, visit.Page) ?? Task.CompletedTask);
        return visit;
    }
}
