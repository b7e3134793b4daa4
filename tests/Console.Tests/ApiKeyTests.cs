using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class ApiKeyTests(ConsoleApp app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_created_and_shown_once_and_revoked()
    {
        var name = Shop.Unique("storefront");
        await using var visit = await app.OpenAs(Roles.Admin);
        await visit.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await visit.GoTo("/keys");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Create a key" }).ClickAsync();
        await Dialog(visit).GetByLabel("Name").FillAsync(name);
        await Dialog(visit).GetByLabel("Expires").FillAsync("2020-01-01T00:00");
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Expect(Dialog(visit).Locator("#scopes-error")).ToContainTextAsync("must name at least one of");
        await Expect(Dialog(visit).GetByLabel("Expires")).ToHaveAttributeAsync("aria-invalid", "true");
        await visit.IsSound();
        await Dialog(visit).GetByLabel("Read stock levels").CheckAsync();
        await Dialog(visit).GetByLabel("Expires").FillAsync("2099-01-01T00:00");
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();

        var text = visit.Page.GetByLabel("Key", new() { Exact = true });
        await Expect(text).ToBeFocusedAsync();
        var key = await text.InputValueAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        await Expect(visit.Page.GetByText("Copied.")).ToBeVisibleAsync();
        Assert.Equal(key, await visit.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        using var machine = app.Client(key);
        await Eventually.HoldsAsync(async () => await StatusOf(machine) == HttpStatusCode.OK, "the key lets its machine in", cancellation: Cancellation);
        await visit.IsSound();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "I have it" }).ClickAsync();
        await Expect(text).ToHaveCountAsync(0);
        await Expect(visit.Page.Locator("tr[data-row]", new() { HasText = name })).ToContainTextAsync("stock:read");
        Assert.DoesNotContain(key, await visit.Page.ContentAsync(), StringComparison.Ordinal);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke " + name }).ClickAsync();
        await Dialog(visit).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();

        await Expect(visit.Page.Locator("tr[data-row]", new() { HasText = name })).ToHaveCountAsync(0);
        await Eventually.HoldsAsync(async () => await StatusOf(machine) == HttpStatusCode.Unauthorized, "the key is refused", cancellation: Cancellation);
        visit.HasNoFault();
    }

    private static ILocator Dialog(Visit visit) => visit.Page.GetByRole(AriaRole.Dialog);

    private static async Task<HttpStatusCode> StatusOf(HttpClient machine)
    {
        using var response = await machine.GetAsync("/stock?limit=1", Cancellation);
        return response.StatusCode;
    }
}
