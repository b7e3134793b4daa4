using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class SettingsPageTests(ConsoleApp app) : IAsyncLifetime
{
    private const string Threshold = "Granary:Stock:LowThreshold";
    private const string Grace = "Granary:Payments:Grace";
    private const string NoVariants = "There is none.";

    private object _before = new { };

    public async ValueTask InitializeAsync()
    {
        var settings = await Settings();
        _before = new
        {
            values = ((string[])[Threshold, Grace]).ToDictionary(key => key, key => settings.At("values").At(key) is var one && one.Text("source") == "table" ? one.Text("value") : null),
            variants = settings.At("variants"),
        };
        await Put(new { values = new Dictionary<string, string?> { [Threshold] = null, [Grace] = null }, variants = Array.Empty<object>() });
    }

    /// <summary>Other tests are not to obey what these change, and find the variants that they have made.</summary>
    public async ValueTask DisposeAsync() => await Put(_before);

    [Fact]
    public async Task Several_settings_are_changed_at_once_and_a_value_that_is_refused_is_told_at_its_field()
    {
        await using var visit = await Open();
        var (threshold, grace) = (visit.Page.GetByLabel("Low threshold"), visit.Page.GetByLabel("Grace", new() { Exact = true }));
        await Expect(threshold).ToHaveValueAsync("10");

        await threshold.FillAsync("-1");
        await grace.FillAsync("00:12:00");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Apply 2 changes" }).ClickAsync();
        await Expect(threshold).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(visit.Page.Locator(".setting .error")).ToContainTextAsync("Low threshold is '-1'; it takes a whole number");
        Assert.Equal(("10", "00:10:00"), (await Value(Threshold), await Value(Grace)));
        await visit.IsSound();

        await threshold.FillAsync("7");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Apply 2 changes" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Status).GetByText("The settings are changed.")).ToBeVisibleAsync();
        Assert.Equal(("7", "00:12:00"), (await Value(Threshold), await Value(Grace)));
        await Expect(visit.Page.GetByRole(AriaRole.Table, new() { Name = "History" }).Locator("tbody tr").First).ToContainTextAsync("Stock: low threshold: not set → 7");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Take out of the table (Low threshold)" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Apply 1 change" }).ClickAsync();
        await Expect(threshold).ToHaveValueAsync("10");
        Assert.Equal(("10", "00:12:00"), (await Value(Threshold), await Value(Grace)));
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_change_that_is_not_applied_yet_is_there_again_on_the_way_back_and_after_a_reload()
    {
        await using var visit = await Open();
        await visit.Page.GetByLabel("Low threshold").FillAsync("7");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Orders", Exact = true }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Orders", Exact = true })).ToBeFocusedAsync();
        await visit.Page.GoBackAsync();
        await Expect(visit.Page.GetByLabel("Low threshold")).ToHaveValueAsync("7");
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.GetByLabel("Low threshold")).ToHaveValueAsync("7");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        await Expect(visit.Page.GetByLabel("Low threshold")).ToHaveValueAsync("10");
        await visit.Page.ReloadAsync();

        await Expect(visit.Page.GetByLabel("Low threshold")).ToHaveValueAsync("10");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" })).ToHaveCountAsync(0);
        visit.HasNoFault();
    }

    [Fact]
    public async Task A_page_of_settings_that_have_changed_meanwhile_says_what_and_overwrites_nothing()
    {
        await using var visit = await Open();
        await visit.Page.GetByLabel("Low threshold").FillAsync("7");
        await Put(new { values = new Dictionary<string, string> { [Grace] = "00:14:00" } });

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Apply 1 change" }).ClickAsync();

        await Expect(visit.Page.Locator("main").GetByRole(AriaRole.Alert)).ToContainTextAsync("The current version is");
        await Expect(visit.Page.Locator(".notice")).ToContainTextAsync("Changed meanwhile");
        await Expect(visit.Page.Locator(".notice")).ToContainTextAsync("Payments: grace00:10:0000:14:00");
        await Expect(visit.Page.GetByLabel("Grace", new() { Exact = true })).ToHaveValueAsync("00:14:00");
        await Expect(visit.Page.GetByLabel("Low threshold")).ToHaveValueAsync("7");
        Assert.Equal("10", await Value(Threshold));
        await visit.IsSound();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Apply 1 change" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Status).GetByText("The setting is changed.")).ToBeVisibleAsync();
        Assert.Equal(("7", "00:14:00"), (await Value(Threshold), await Value(Grace)));
        await Expect(visit.Page.Locator(".notice")).ToHaveCountAsync(0);
        visit.HasNoFault();
    }

    [Fact]
    public async Task What_is_typed_outlives_a_lost_connection()
    {
        await using var visit = await Open();
        await visit.Page.GetByLabel("Low threshold").FillAsync("5");
        await visit.Page.Context.SetOfflineAsync(true);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Apply 1 change" }).ClickAsync();
        await Expect(visit.Page.Locator("main").GetByRole(AriaRole.Alert)).ToContainTextAsync("It is not known whether this took effect.");

        await visit.Page.Context.SetOfflineAsync(false);

        await Expect(visit.Page.Locator(".lost")).ToHaveCountAsync(0);
        await Expect(visit.Page.Locator("main").GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await Expect(visit.Page.Locator("main .notice")).ToContainTextAsync("It is not known whether this took effect");
        await Expect(visit.Page.GetByLabel("Low threshold")).ToHaveValueAsync("5");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Apply 1 change" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Status).GetByText("The setting is changed.")).ToBeVisibleAsync();
        Assert.Equal("5", await Value(Threshold));
        await Expect(visit.Page.Locator("main .notice")).ToHaveCountAsync(0);
        visit.HasNoFault();
    }

    [Fact]
    public async Task What_one_administrator_has_typed_is_not_shown_to_another_in_the_same_tab()
    {
        var (ada, emmy) = (await app.Register(Roles.Admin), await app.Register(Roles.Admin));
        await using var visit = await app.OpenAs(ada, [Roles.Admin]);
        await visit.GoTo("/settings");
        await visit.Page.GetByLabel("Low threshold").FillAsync("7");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Apply 1 change" })).ToBeVisibleAsync();

        await app.SignIn(visit, emmy, Roles.Admin);
        await visit.LookAt();
        await Expect(visit.Page.GetByLabel("Low threshold")).ToHaveValueAsync("10");
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.GetByLabel("Low threshold")).ToHaveValueAsync("10");
        await app.SignIn(visit, ada, Roles.Admin);
        await visit.LookAt();

        await Expect(visit.Page.GetByLabel("Low threshold")).ToHaveValueAsync("7");
        visit.HasNoFault();
    }

    [Fact]
    public async Task Variants_are_added_edited_put_into_order_turned_off_and_removed()
    {
        await using var visit = await Open();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await Expect(visit.Page.GetByText(NoVariants)).ToBeVisibleAsync();
        await Button(visit, "Add a variant").ClickAsync();
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("first");
        await dialog.GetByLabel("Percent of users").FillAsync("101");
        await dialog.GetByLabel("Payments: grace").FillAsync("00:13:00");
        await Submit(visit, "Add");
        await Expect(dialog.Locator(".field .error")).ToContainTextAsync("Percent of users must be from 0 to 100");
        await dialog.GetByLabel("Percent of users").FillAsync("0.5");
        await Submit(visit, "Add");
        await Expect(Variants(visit)).ToHaveTextAsync([new Regex("1. first On.*0.5 % of users.*Payments: grace00:13:00")]);

        await Button(visit, "Add a variant").ClickAsync();
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("second");
        await dialog.GetByLabel("With the header").FillAsync("X-Variant");
        await dialog.GetByLabel("Of the value").FillAsync("second");
        await Submit(visit, "Add");
        await Button(visit, "Up second").ClickAsync();
        await Expect(Variants(visit)).ToHaveTextAsync([new Regex("1. second.*requests with X-Variant: second"), new Regex("2. first")]);

        await Button(visit, "Turn off first").ClickAsync();
        await dialog.GetByLabel("Reason").FillAsync("Too many complaints.");
        await Submit(visit, "Turn off");
        await Expect(Variants(visit).Nth(1)).ToContainTextAsync("Too many complaints.");
        await Button(visit, "Edit first").ClickAsync();
        await dialog.GetByLabel("Percent of users").FillAsync("12.25");
        await Put(new { values = new Dictionary<string, string> { [Threshold] = "9" } });
        await Submit(visit, "Change");
        await Expect(dialog.Locator(".notice")).ToContainTextAsync("Changed meanwhile");
        await Submit(visit, "Change");
        await Expect(Variants(visit).Nth(1)).ToContainTextAsync("12.25 % of users");
        await Button(visit, "Turn on first").ClickAsync();
        await Submit(visit, "Turn on");
        await Expect(Variants(visit).Nth(1)).Not.ToContainTextAsync("Too many complaints.");
        await Button(visit, "Remove second").ClickAsync();
        await Submit(visit, "Remove");
        await Expect(Variants(visit)).ToHaveCountAsync(1);

        var variant = (await Settings()).At("variants")[0];
        Assert.Equal("""{"name":"first","match":{"percent":12.25},"values":{"Granary:Payments:Grace":"00:13:00"},"enabled":true}""", variant.GetRawText());
        await visit.IsSound();
    }

    [Fact]
    public async Task The_history_tells_from_what_to_what_and_rolls_back()
    {
        await Put(new { values = new Dictionary<string, string> { [Threshold] = "8" } });
        var version = (await Settings()).Number("version");
        await Put(new { values = new Dictionary<string, string?> { [Threshold] = "9", [Grace] = "00:11:00" } });
        await Put(new { values = new Dictionary<string, string?> { [Threshold] = "6" } });
        await using var visit = await Open();
        var (rows, dialog) = (visit.Page.GetByRole(AriaRole.Table, new() { Name = "History" }).Locator("tbody tr"), visit.Page.GetByRole(AriaRole.Dialog));
        await Expect(rows.First).ToContainTextAsync("Stock: low threshold: 9 → 6");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = $"Roll back to version {version}", Exact = true }).ClickAsync();
        await Expect(dialog.Locator("tbody tr")).ToHaveTextAsync(["Stock: low threshold68", "Payments: grace00:11:00not set"]);
        await visit.IsSound();
        await Submit(visit, "Roll back");

        await Expect(rows.First).ToContainTextAsync($"Rolled back to version {version}");
        Assert.Equal(("8", "00:10:00"), (await Value(Threshold), await Value(Grace)));
        await Expect(visit.Page.GetByLabel("Low threshold")).ToHaveValueAsync("8");
        visit.HasNoFault();
    }

    private static ILocator Button(Visit visit, string name) => visit.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocator Variants(Visit visit) => visit.Page.Locator(".variants > li");

    private static Task Submit(Visit visit, string name) => visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    private async Task<Visit> Open()
    {
        var visit = await app.OpenAs(Roles.Admin);
        await visit.GoTo("/settings");
        return visit;
    }

    private async Task Put(object change)
    {
        using var changed = await app.Shop.Staff.SendJson(HttpMethod.Put, "/settings", change);
        await changed.Expect(HttpStatusCode.OK);
    }

    private async Task<JsonElement> Settings()
    {
        using var settings = await app.Shop.Staff.GetAsync("/settings");
        return await settings.Expect(HttpStatusCode.OK);
    }

    private async Task<string?> Value(string key) => (await Settings()).At("values").At(key).Text("value");
}
