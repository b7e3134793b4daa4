using System.Net;
using System.Text.Json;
using Granary.Api.Auth;
using Granary.Api.Settings;
using Granary.Api.Traffic;
using Granary.Client;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Settings;

/// <summary>Variants of the settings: who is under one, what holds then, and what becomes of one that fails.</summary>
[Collection(typeof(SettingsCollection))]
public sealed class VariantTests(SettingsApp settings) : IAsyncLifetime
{
    private const string Timeout = "Granary:Orders:PaymentTimeout";
    private const string Lane = "X-Lane";

    private static readonly object All = new { percent = 100 };
    private static readonly object BySlowLane = new { header = new { name = Lane, value = "slow" } };

    private readonly HttpClient _admin = settings.Admin();
    private readonly Shop _shop = settings.App.OpenShop();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_keeps_the_variant_that_it_was_placed_under_and_its_deadline_whatever_changes_later()
    {
        var (customer, sku) = (await _shop.Customer(), await _shop.Product());
        await Put(Variant("short", All, (Timeout, "00:05:00")));
        var key = Shop.Unique("key");
        using var placed = await customer.Order(key, (sku, 1));
        var order = await placed.Expect(HttpStatusCode.Created);
        Assert.Equal(("short", TimeSpan.FromMinutes(5)), (order.Text("settings_variant"), Patience(order)));

        await Put(Variant("long", All, (Timeout, "02:00:00")));
        var later = await customer.Placed((sku, 1));
        using var again = await customer.Order(key, (sku, 1));
        await Put();
        var without = await customer.Placed((sku, 1));

        Assert.Equal(("long", TimeSpan.FromHours(2)), (later.Text("settings_variant"), Patience(later)));
        Assert.Equal("short", (await again.Expect(HttpStatusCode.OK)).Text("settings_variant"));
        Assert.False(without.TryGetProperty("settings_variant", out _));
        Assert.Equal(TimeSpan.FromMinutes(15), Patience(without));
        using var read = await customer.Http.SendJson(HttpMethod.Get, "/orders/" + order.Text("id"));
        var now = await read.Expect(HttpStatusCode.OK);
        Assert.Equal(("short", order.Text("expires_at")), (now.Text("settings_variant"), now.Text("expires_at")));
        using var list = await customer.Http.SendJson(HttpMethod.Get, "/orders");
        await Eventually.HoldsAsync(
            async () =>
            {
                using var list = await customer.Http.SendJson(HttpMethod.Get, "/orders");
                return (await list.Expect(HttpStatusCode.OK)).At("data").EnumerateArray().Count(listed => listed.TryGetProperty("settings_variant", out _)) == 2;
            },
            "the list has it, too",
            cancellation: Cancellation);
    }

    [Fact]
    public async Task A_variant_that_says_nothing_of_the_payment_timeout_leaves_it_to_the_silos()
    {
        // As where the silos were started with another value than the front ends.
        var silo = new Grains.Interfaces.Settings.Unchanging<OrderOptions>(new OrderOptions { PaymentTimeout = TimeSpan.FromMinutes(40) });
        await using var app = await GranaryApp.StartWith(builder => builder.Host.ConfigureContainer<IServiceCollection>(
            (_, services) => services.AddSingleton<Grains.Interfaces.Settings.ICurrent<OrderOptions>>(silo)));
        var shop = app.OpenShop();
        using var admin = app.CreateClient(app.AdminToken);
        await Put(admin, Variant("counted", All));

        var order = await (await shop.Customer()).Placed((await shop.Product(), 1));

        Assert.Equal(("counted", TimeSpan.FromMinutes(40)), (order.Text("settings_variant"), Patience(order)));
    }

    [Fact]
    public async Task A_header_counts_from_operators_and_machines_and_not_from_customers()
    {
        await Put(Variant("slow", BySlowLane));
        var sku = await _shop.Product();
        var customer = await _shop.Customer();
        var operatorId = await settings.App.Register(Roles.Customer, Roles.Operator);
        using var staff = settings.App.CreateClient(settings.App.TokenOf(operatorId, Roles.Customer, Roles.Operator));
        using var machine = settings.App.CreateClient(await settings.App.ApiKey(Scopes.OrdersWrite));
        await _shop.Deposit(operatorId);

        Assert.Equal((null, null, "slow", "slow"), (
            await VariantOf(customer.Http, new { items = Lines(sku) }, (Lane, "slow")),
            await VariantOf(machine, new { items = Lines(sku), user_id = customer.Id }, (Lane, "fast")),
            await VariantOf(machine, new { items = Lines(sku), user_id = customer.Id }, (Lane, "slow")),
            await VariantOf(staff, new { items = Lines(sku) }, (Lane.ToLowerInvariant(), "slow"))));
    }

    [Fact]
    public async Task The_user_who_pays_decides_about_the_share_not_the_machine_that_orders()
    {
        await Put(Variant("half", new { percent = 50 }));
        var sku = await _shop.Product();
        using var machine = settings.App.CreateClient(await settings.App.ApiKey(Scopes.OrdersWrite));
        HashSet<string?> seen = [];

        // That all of them are on one side has a chance of one in five hundred million.
        for (var i = 0; i < 30; i++)
        {
            var customer = await _shop.Customer();
            var own = await VariantOf(customer.Http, new { items = Lines(sku) });
            Assert.Equal(own, await VariantOf(machine, new { items = Lines(sku), user_id = customer.Id }));
            seen.Add(own);
        }

        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public async Task Limits_of_a_variant_hold_for_its_users_alone()
    {
        var (inside, outside, sku) = (await _shop.Customer(), await _shop.Customer(), await _shop.Product());
        var isFirstIn = Share("limited", inside.Id) < Share("limited", outside.Id);
        var (limited, free) = isFirstIn ? (inside, outside) : (outside, inside);
        await Put(Variant("limited", new { percent = Math.Round(Share("limited", limited.Id) + 0.01m, 2) },
            ("Granary:Orders:MaxOpenOrdersPerUser", 1), ("Granary:RateLimit:PermitsPerSecond", 7_000), ("Granary:RateLimit:Burst", 9_000)));

        await limited.Placed((sku, 1));
        using var tooMany = await limited.Order(null, (sku, 1));
        using var me = await limited.Http.SendJson(HttpMethod.Get, "/users/me");
        using var other = await free.Http.SendJson(HttpMethod.Get, "/users/me");
        await free.Placed((sku, 1));
        await free.Placed((sku, 1));

        Assert.Equal(1, (await tooMany.ExpectProblem(409, "too-many-open-orders")).Number("limit"));
        Assert.StartsWith("\"caller\";q=9000;", Assert.Single(me.Headers.GetValues("RateLimit-Policy")), StringComparison.Ordinal);
        Assert.StartsWith("\"caller\";q=40000;", Assert.Single(other.Headers.GetValues("RateLimit-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Units_of_a_product_are_limited_by_the_variant_of_the_order_also_when_it_is_amended()
    {
        var (customer, sku) = (await _shop.Customer(), await _shop.Product());
        await Put(Variant("few", All, ("Granary:Orders:MaxOpenUnitsPerUser", 2)));
        var order = await customer.Placed((sku, 2));

        using var amended = await customer.Http.SendJson(
            HttpMethod.Put, "/orders/" + order.Text("id"), new { items = new[] { new { sku, quantity = 3 } } }, ("If-Match", $"\"{order.Number("version")}\""));

        Assert.Equal(2, (await amended.ExpectProblem(409, "too-many-open-orders")).Number("limit"));
    }

    [Fact]
    public async Task Variants_are_shown_as_they_were_set_and_the_history_and_the_audit_have_them()
    {
        var client = new GranaryClient(_admin);
        SettingsVariant[] variants =
        [
            new("a-b_1", new VariantMatch(new VariantHeader(Lane, "slow"), 12.25m), new Dictionary<string, string> { [Timeout] = "00:05:00" }),
            new("off", new VariantMatch(Percent: 0), new Dictionary<string, string>(), Enabled: false, Reason: "not yet"),
        ];

        var set = await client.ChangeSettingsAsync(new Dictionary<string, string?>(), variants: variants, cancellationToken: Cancellation);
        var same = await client.ChangeSettingsAsync(new Dictionary<string, string?>(), variants: set.Variants, cancellationToken: Cancellation);
        var emptied = await client.ChangeSettingsAsync(new Dictionary<string, string?>(), variants: [], cancellationToken: Cancellation);
        var back = await client.RollBackSettingsAsync(set.Version, cancellationToken: Cancellation);

        Assert.Equal(JsonSerializer.Serialize(variants), JsonSerializer.Serialize(set.Variants));
        Assert.Equal((set.Version, 0), (same.Version, emptied.Variants.Count));
        Assert.Equal(JsonSerializer.Serialize(variants), JsonSerializer.Serialize(back.Variants));
        var history = await client.ListSettingsHistoryAsync(Cancellation).Take(2).ToListAsync(Cancellation);
        Assert.Equal([(0, 2), (2, 0)], history.Select(version => (version.Variants!.From.Count, version.Variants.To.Count)));
        await Eventually.HoldsAsync(async () =>
        {
            using var audit = await _admin.SendJson(HttpMethod.Get, "/audit?subject=settings/0&limit=1");
            return (await audit.Expect(HttpStatusCode.OK)).At("data").EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } entry
                && entry.Number("version") == back.Version
                && entry.At("to").GetRawText().Contains("variants.a-b_1", StringComparison.Ordinal);
        }, cancellation: Cancellation);
    }

    [Theory]
    [InlineData("""{ "name": "Big", "match": { "percent": 1 }, "values": {} }""", "variants[0].name", "must be 1 to 32 of a-z, 0-9, - and _")]
    [InlineData("""{ "match": { "percent": 1 }, "values": {} }""", "variants[0].name", "must be 1 to 32 of a-z, 0-9, - and _")]
    [InlineData("""{ "name": "a", "match": {}, "values": {} }""", "variants[0].match", "must name a header, a percentage of users, or both")]
    [InlineData("""{ "name": "a", "values": {} }""", "variants[0].match", "must name a header, a percentage of users, or both")]
    [InlineData("""{ "name": "a", "match": { "percent": 100.01 }, "values": {} }""", "variants[0].match.percent", "must be from 0 to 100 with at most two decimals")]
    [InlineData("""{ "name": "a", "match": { "percent": 0.001 }, "values": {} }""", "variants[0].match.percent", "must be from 0 to 100 with at most two decimals")]
    [InlineData("""{ "name": "a", "match": { "header": { "name": "a b", "value": "1" } }, "values": {} }""", "variants[0].match.header.name", "must be the name of a header, of at most 64 characters")]
    [InlineData("""{ "name": "a", "match": { "header": { "name": "authorization", "value": "1" } }, "values": {} }""", "variants[0].match.header.name", "must not be a header that carries a secret")]
    [InlineData("""{ "name": "a", "match": { "header": { "name": "X-A" } }, "values": {} }""", "variants[0].match.header.value", "must be 1 to 255 visible ASCII characters")]
    [InlineData("""{ "name": "a", "match": { "percent": 1 } }""", "variants[0].values", "is required")]
    [InlineData("""{ "name": "a", "match": { "percent": 1 }, "values": { "Granary:Orders:PaymentTimeout": null } }""", "variants[0].values.Granary:Orders:PaymentTimeout", "must be a text, a number or a boolean")]
    [InlineData("""{ "name": "a", "match": { "percent": 1 }, "values": { "Granary:Orders:PaymentTimeout": "soon" } }""", "variants[0].values.Granary:Orders:PaymentTimeout", "is 'soon'; it takes a time from 00:00:00.001 to 30.00:00:00, written hh:mm:ss, hh:mm:ss.fff or d.hh:mm:ss.")]
    [InlineData("""{ "name": "a", "match": { "percent": 1 }, "values": { "Granary:Cache:Duration": "00:00:10" } }""", "variants[0].values.Granary:Cache:Duration", "holds for all requests, and no variant can set it")]
    [InlineData("""{ "name": "a", "match": { "percent": 1 }, "values": { "Granary:Unheard:Of": "1" } }""", "variants[0].values.Granary:Unheard:Of", "is no setting.")]
    [InlineData("""{ "name": "a", "match": { "percent": 1 }, "values": {} }, { "name": "a", "match": { "percent": 1 }, "values": {} }""", "variants[1].name", "is the name of another variant, too")]
    [InlineData("null", "variants[0]", "must not be null")]
    public async Task A_variant_that_is_not_taken_is_named_and_nothing_changes(string variants, string field, string problem)
    {
        using var before = await _admin.SendJson(HttpMethod.Get, "/settings");

        using var refused = await _admin.SendJson(HttpMethod.Put, "/settings", $$"""{ "values": { "Granary:Stock:LowThreshold": 3 }, "variants": [ {{variants}} ] }""");

        Assert.Contains(problem, (await refused.ExpectProblem(400, "validation")).At("errors").At(field).Texts());
        using var after = await _admin.SendJson(HttpMethod.Get, "/settings");
        Assert.Equal(await before.Content.ReadAsStringAsync(Cancellation), await after.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_variant_cannot_set_what_holds_from_the_start_of_a_process()
    {
        using var refused = await _admin.SendJson(HttpMethod.Put, "/settings", new { values = new { }, variants = new[] { Variant("a", All, ("Granary:Storage", "PostgreSql")) } });

        Assert.Equal("Granary:Storage", (await refused.ExpectProblem(409, "not-reloadable")).Text("key"));
    }

    [Fact]
    public async Task Requests_and_orders_are_counted_by_variant()
    {
        var (customer, sku) = (await _shop.Customer(), await _shop.Product());
        var name = "counted-" + Guid.NewGuid().ToString("N")[..8];
        await Put(Variant(name, All));

        var order = await customer.Placed((sku, 1));
        using var paid = await customer.Http.PostJson($"/orders/{order.Text("id")}/pay", new { });
        await paid.Expect(HttpStatusCode.OK);

        using var http = settings.App.CreateClient();
        await Eventually.HoldsAsync(
            async () =>
            {
                using var scraped = await http.SendJson(HttpMethod.Get, "/metrics");
                var lines = (await scraped.Content.ReadAsStringAsync(Cancellation)).Split('\n').Where(line => line.Contains(name, StringComparison.Ordinal)).ToList();
                return lines.Any(line => line.StartsWith("http_request_duration_seconds_count", StringComparison.Ordinal) && line.Contains("handler=\"/orders\"", StringComparison.Ordinal))
                    && lines.Any(line => line.StartsWith("order_created_total", StringComparison.Ordinal))
                    && lines.Any(line => line.StartsWith("order_transition_total", StringComparison.Ordinal) && line.Contains("to=\"paid\"", StringComparison.Ordinal));
            },
            "the metrics have the variant",
            cancellation: Cancellation);
    }

    [Fact]
    public async Task A_variant_that_fails_too_often_is_turned_off_and_callers_without_it_notice_nothing()
    {
        await Put(Variant("broken", BySlowLane), Variant("sound", new { header = new { name = Lane, value = "sound" } }));
        using var stable = settings.Admin();
        var unknown = "/orders/" + OrderId.New(DateTimeOffset.UtcNow);
        for (var i = 0; i < 10; i++)
        {
            await CallAsync();
        }

        var client = new GranaryClient(_admin);
        await Eventually.HoldsAsync(
            async () =>
            {
                // Enough within one minute, however slow the machine is.
                await CallAsync();
                return (await client.GetSettingsAsync(Cancellation)).Variants is [{ Name: "broken", Enabled: false, Reason: { } reason }, { Enabled: true }]
                    && reason.EndsWith(" requests of a minute failed", StringComparison.Ordinal);
            },
            "the variant is turned off",
            cancellation: Cancellation);
        var turnedOff = (await client.ListSettingsHistoryAsync(Cancellation).Take(1).ToListAsync(Cancellation))[0];
        Assert.Equal((UserId.System, 0, true, false), (turnedOff.By, turnedOff.Changes.Count, turnedOff.Variants!.From[0].Enabled, turnedOff.Variants.To[0].Enabled));

        // A variant that is turned on again is counted anew.
        await Put(Variant("broken", BySlowLane));
        var services = settings.App.Services;
        if (services.GetRequiredService<VariantTallies>().Report() is { } before)
        {
            await services.GetRequiredService<IGrainFactory>().GetGrain<Grains.Interfaces.Settings.ISettingsGrain>("0").Judge(before);
        }

        Assert.True((await client.GetSettingsAsync(Cancellation)).Variants[0].Enabled);

        Task CallAsync() => Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            using var failed = await _admin.SendJson(HttpMethod.Get, unknown, null, (Lane, "slow"), (Faults.Header, Faults.Bug));
            Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
            using var sound = await stable.SendJson(HttpMethod.Get, unknown, null, (Lane, "sound"));
            await sound.ExpectProblem(404, "not-found");
            using var served = await stable.SendJson(HttpMethod.Get, unknown);
            await served.ExpectProblem(404, "not-found");
        }));
    }

    [Fact]
    public void What_a_caller_brings_about_by_sending_too_much_is_no_failure_of_a_variant()
    {
        var tallies = new VariantTallies(settings.App.Services.GetRequiredService<LiveSettings>(), TimeProvider.System);
        var under = new RequestVariant("flooded", settings.Now with { Variants = [new Grains.Interfaces.Settings.SettingsVariant { Name = "flooded", Percent = 100, Values = new Dictionary<string, string>() }], VariantsSince = long.MaxValue });
        tallies.Answered(Request(500, isShed: false));
        tallies.Answered(Request(503, isShed: true));
        tallies.Answered(Request(503, isShed: false));

        Assert.Equal([new Grains.Interfaces.Settings.VariantTally("flooded", 3, 2)], tallies.Report()!.Tallies);

        DefaultHttpContext Request(int status, bool isShed)
        {
            var context = new DefaultHttpContext { User = Caller.PrincipalOf("u-1", [Roles.Customer]), Response = { StatusCode = status } };
            context.Features.Set(under);
            context.Features.Set(isShed ? Shed.Mark : null);
            return context;
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await settings.Empty();
        _admin.Dispose();
    }

    private static TimeSpan Patience(JsonElement order) => order.At("expires_at").GetDateTimeOffset() - order.At("created_at").GetDateTimeOffset();

    private static object[] Lines(string sku) => [new { sku, quantity = 1 }];

    private static object Variant(string name, object match, params (string Key, object Value)[] values) =>
        new { name, match, values = values.ToDictionary(pair => pair.Key, pair => pair.Value) };

    /// <summary>The smallest percentage, with two decimals, that a user is in.</summary>
    private static decimal Share(string variant, string user) => Enumerable.Range(0, 10_000).Select(share => share / 100m).First(percent =>
        Domain.Settings.VariantChoice.Of(
            [new Grains.Interfaces.Settings.SettingsVariant { Name = variant, Percent = percent, Values = new Dictionary<string, string>() }], user, _ => false) is not null);

    private static async Task<string?> VariantOf(HttpClient http, object order, params (string Name, string Value)[] headers)
    {
        using var answer = await http.PostJson("/orders", order, headers);
        return (await answer.Expect(HttpStatusCode.Created)).TryGetProperty("settings_variant", out var variant) ? variant.GetString() : null;
    }

    private Task Put(params object[] variants) => Put(_admin, variants);

    private static async Task Put(HttpClient admin, params object[] variants)
    {
        using var answer = await admin.SendJson(HttpMethod.Put, "/settings", new { values = new { }, variants });
        await answer.Expect(HttpStatusCode.OK);
    }
}
