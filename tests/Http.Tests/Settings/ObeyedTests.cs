using System.Globalization;
using System.Net;
using System.Text.Json;
using Granary.Api.Orders;
using Granary.Api.Products.Cache;
using Granary.Api.Traffic;
using Granary.Api.Users;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Reading;
using Granary.Grains.Settings;
using Granary.Grains.Stock;
using Granary.Hosting.Settings;
using Granary.Hosting.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Serilog.Events;

namespace Granary.Http.Tests.Settings;

/// <summary>The running product obeys what administrators set.</summary>
[Collection(typeof(SettingsCollection))]
public sealed class ObeyedTests(SettingsApp settings) : IAsyncLifetime
{
    /// <summary>A value of every setting that can change, what it is read as, and where.</summary>
    private static readonly Dictionary<string, (string Text, object? Expected, Func<SettingsSnapshot, object?> Read)> Live = new()
    {
        ["Granary:Orders:PaymentTimeout"] = ("00:07:00", TimeSpan.FromMinutes(7), now => now.Get<OrderOptions>().PaymentTimeout),
        ["Granary:Orders:MaxOpenOrdersPerUser"] = ("7", 7, now => now.Get<OrderOptions>().MaxOpenOrdersPerUser),
        ["Granary:Orders:MaxOpenUnitsPerUser"] = ("8", 8L, now => now.Get<OrderOptions>().MaxOpenUnitsPerUser),
        ["Granary:Features:Orders"] = ("false", false, now => now.Get<PlacingOptions>().TakesOrders),
        ["Granary:Features:ExternalPayments"] = ("false", false, now => now.Get<PlacingOptions>().TakesExternalOrders),
        ["Granary:Features:Registration"] = ("false", false, now => now.Get<RegistrationOptions>().TakesStrangers),
        ["Granary:Variants:MaxErrorRate"] = ("0.25", 0.25, now => now.Get<VariantOptions>().MaxErrorRate),
        ["Granary:Stock:LowThreshold"] = ("9", 9L, now => now.Get<LowStockOptions>().Threshold),
        ["Granary:Payments:Grace"] = ("00:02:00", TimeSpan.FromMinutes(2), now => now.Get<PaymentOptions>().Grace),
        ["Granary:Payments:ConnectTimeout"] = ("00:00:03", TimeSpan.FromSeconds(3), now => now.Get<PaymentOptions>().ConnectTimeout),
        ["Granary:Payments:CallTimeout"] = ("00:00:04", TimeSpan.FromSeconds(4), now => now.Get<PaymentOptions>().CallTimeout),
        ["Granary:Payments:Breaker:Slow"] = ("00:00:01", TimeSpan.FromSeconds(1), now => now.Get<PaymentOptions>().Breaker.Slow),
        ["Granary:Payments:Breaker:Window"] = ("00:00:20", TimeSpan.FromSeconds(20), now => now.Get<PaymentOptions>().Breaker.Window),
        ["Granary:Payments:Breaker:LeastCalls"] = ("11", 11, now => now.Get<PaymentOptions>().Breaker.LeastCalls),
        ["Granary:Payments:Breaker:FailureRatio"] = ("0.25", 0.25, now => now.Get<PaymentOptions>().Breaker.FailureRatio),
        ["Granary:Payments:Breaker:OpenFor"] = ("00:00:30", TimeSpan.FromSeconds(30), now => now.Get<PaymentOptions>().Breaker.OpenFor),
        ["Granary:Cache:Duration"] = ("00:00:20", TimeSpan.FromSeconds(20), now => now.Get<ProductCacheOptions>().Duration),
        ["Granary:Cache:NegativeDuration"] = ("00:00:02", TimeSpan.FromSeconds(2), now => now.Get<ProductCacheOptions>().NegativeDuration),
        ["Granary:Cache:RedisTimeout"] = ("00:00:00.500", TimeSpan.FromMilliseconds(500), now => now.Get<ProductCacheOptions>().RedisTimeout),
        ["Granary:RateLimit:PermitsPerSecond"] = ("3000", 3_000, now => now.Get<RateOptions>().PermitsPerSecond),
        ["Granary:RateLimit:Burst"] = ("4000", 4_000, now => now.Get<RateOptions>().Burst),
        ["Granary:RateLimit:KeyPermitsPerSecond"] = ("500", 500, now => now.Get<RateOptions>().KeyPermitsPerSecond),
        ["Granary:RateLimit:SearchesPerSecond"] = ("600", 600, now => now.Get<RateOptions>().SearchesPerSecond),
        ["Granary:RateLimit:RegistrationsPerMinute"] = ("700", 700, now => now.Get<RateOptions>().RegistrationsPerMinute),
        ["Granary:LoadShedding:MaxConcurrent"] = ("100", 100, now => now.Get<AdmissionOptions>().MaxConcurrent),
        ["Granary:LoadShedding:MaxQueued"] = ("200", 200, now => now.Get<AdmissionOptions>().MaxQueued),
        ["Granary:LoadShedding:MaxWait"] = ("00:00:05", TimeSpan.FromSeconds(5), now => now.Get<AdmissionOptions>().MaxWait),
        ["Granary:Replicas:Use"] = ("true", true, now => now.Get<ReplicaOptions>().Use),
        ["Granary:Replicas:MaxStaleness"] = ("00:00:06", TimeSpan.FromSeconds(6), now => now.Get<ReplicaOptions>().MaxStaleness),
        ["Granary:Telemetry:TraceRatio"] = ("0.5", 0.5, now => now.Get<SamplingOptions>().Ratio),
        ["Serilog:MinimumLevel:Default"] = ("Error", LogEventLevel.Error, now => now.Get<LogOptions>().Level),
    };

    private readonly Shop _shop = settings.App.OpenShop();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Keys => [.. SettingKeys.All.Where(key => key.IsLive).Select(key => key.Name)];

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Every_setting_that_can_change_holds_when_it_was_set_and_no_longer_when_it_was_taken_out(string key)
    {
        var (text, expected, read) = Live[key];
        var before = read(settings.Now);
        Assert.NotEqual(expected, before);

        await settings.Put((key, text));
        Assert.Equal((expected, text, SettingSource.Table), (read(settings.Now), settings.Now.Values[key].Text, settings.Now.Values[key].Source));

        await settings.Put((key, null));
        Assert.Equal(before, read(settings.Now));
    }

    [Fact]
    public async Task A_payment_timeout_holds_for_orders_that_are_placed_from_then_on()
    {
        var (customer, sku) = (await _shop.Customer(), await _shop.Product());
        await settings.Put(("Granary:Orders:PaymentTimeout", "00:05:00"));
        var first = (await customer.Placed((sku, 1))).Text("id");

        await settings.Put(("Granary:Orders:PaymentTimeout", "00:45:00"));
        var second = await customer.Placed((sku, 1));

        using var read = await customer.Http.SendJson(HttpMethod.Get, "/orders/" + first);
        Assert.Equal(TimeSpan.FromMinutes(5), Patience(await read.Expect(HttpStatusCode.OK)));
        Assert.Equal(TimeSpan.FromMinutes(45), Patience(second));

        static TimeSpan Patience(System.Text.Json.JsonElement order) =>
            order.At("expires_at").GetDateTimeOffset() - order.At("created_at").GetDateTimeOffset();
    }

    [Fact]
    public async Task Limits_on_open_orders_hold_for_users_and_products_that_are_in_memory()
    {
        var (customer, sku) = (await _shop.Customer(), await _shop.Product());
        await customer.Placed((sku, 2));

        await settings.Put(("Granary:Orders:MaxOpenOrdersPerUser", 1));
        using var tooMany = await customer.Order(null, (sku, 1));
        Assert.Equal(1, (await tooMany.ExpectProblem(409, "too-many-open-orders")).Number("limit"));

        await settings.Put(("Granary:Orders:MaxOpenOrdersPerUser", 2), ("Granary:Orders:MaxOpenUnitsPerUser", 2));
        using var tooMuch = await customer.Order(null, (sku, 1));
        Assert.Equal(2, (await tooMuch.ExpectProblem(409, "too-many-open-orders")).Number("limit"));

        await settings.Put(("Granary:Orders:MaxOpenUnitsPerUser", 3));
        await customer.Placed((sku, 1));
    }

    [Fact]
    public async Task Where_no_orders_are_placed_those_that_were_go_on_and_a_repetition_finds_its_order()
    {
        var (customer, sku) = (await _shop.Customer(), await _shop.Product());
        var key = Shop.Unique("key");
        using var first = await customer.Order(key, (sku, 1));
        var order = (await first.Expect(HttpStatusCode.Created)).Text("id");

        await settings.Put(("Granary:Features:Orders", false));

        using var refused = await customer.Order(null, (sku, 1));
        Assert.Equal(
            "No orders are placed at present: Granary:Features:Orders is off.", (await refused.ExpectProblem(503, "unavailable")).Text("detail"));
        Assert.Equal(TimeSpan.FromMinutes(1), refused.Headers.RetryAfter?.Delta);
        using var again = await customer.Order(key, (sku, 1));
        Assert.Equal(order, (await again.Expect(HttpStatusCode.OK)).Text("id"));
        using var other = await customer.Order(key, (sku, 2));
        await other.ExpectProblem(422, "idempotency-key-reused");
        using var paid = await customer.Http.PostJson($"/orders/{order}/pay", new { });
        await paid.Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Where_no_orders_with_external_payment_are_placed_wallets_pay_on()
    {
        var (customer, sku) = (await _shop.Customer(), await _shop.Product());
        await settings.Put(("Granary:Features:ExternalPayments", false));

        using var refused = await customer.Http.PostJson("/orders", new { items = new[] { new { sku, quantity = 1 } }, payment_method = "external" });

        Assert.EndsWith("Granary:Features:ExternalPayments is off.", (await refused.ExpectProblem(422, "payments-not-configured")).Text("detail"), StringComparison.Ordinal);
        await customer.Placed((sku, 1));
    }

    [Fact]
    public async Task Where_strangers_cannot_register_administrators_and_machines_register_users()
    {
        await settings.Put(("Granary:Features:Registration", false));
        using var stranger = settings.App.CreateClient();
        using var admin = settings.Admin();
        using var machine = settings.App.CreateClient(await settings.App.ApiKey(Scopes.UsersWrite));

        using var refused = await stranger.PostJson("/users", NewUser());
        using var byAdmin = await admin.PostJson("/users", NewUser());
        using var byMachine = await machine.PostJson("/users", NewUser());

        Assert.EndsWith("Granary:Features:Registration is off.", (await refused.ExpectProblem(403, "forbidden")).Text("detail"), StringComparison.Ordinal);
        await byAdmin.Expect(HttpStatusCode.Created);
        await byMachine.Expect(HttpStatusCode.Created);

        static object NewUser() => new { user_name = Shop.Unique("user"), password = "correct horse battery staple" };
    }

    [Fact]
    public async Task A_rate_limit_holds_for_the_next_request_of_a_caller_who_has_sent_before()
    {
        using var caller = settings.App.CreateClient(settings.App.TokenOf(await settings.App.Register(Roles.Customer), Roles.Customer));
        await Me(HttpStatusCode.OK);

        await settings.Put(("Granary:RateLimit:PermitsPerSecond", 1), ("Granary:RateLimit:Burst", 2));
        HttpResponseMessage answer;
        var served = 0;
        while ((answer = await caller.SendJson(HttpMethod.Get, "/users/me")).IsSuccessStatusCode && served++ < 100)
        {
            Assert.Equal("\"caller\";q=2;w=2", Assert.Single(answer.Headers.GetValues("RateLimit-Policy")));
            answer.Dispose();
        }

        await answer.ExpectProblem(429, "too-many-requests");
        await Eventually.SucceedsAsync(
            async () =>
            {
                await settings.Put(("Granary:RateLimit:PermitsPerSecond", 20_000), ("Granary:RateLimit:Burst", null));
                return true;
            },
            fault => fault is InvalidOperationException);
        await Me(HttpStatusCode.OK);

        async Task Me(HttpStatusCode expected)
        {
            using var me = await caller.SendJson(HttpMethod.Get, "/users/me");
            Assert.Equal(expected, me.StatusCode);
        }
    }

    [Fact]
    public async Task Fewer_turns_shed_requests_while_those_that_have_one_keep_it()
    {
        var admission = settings.App.Services.GetRequiredService<Admission>();
        Assert.True(admission.TryEnter());
        await settings.Put(("Granary:LoadShedding:MaxConcurrent", 1), ("Granary:LoadShedding:MaxQueued", 0));
        using var caller = settings.Admin();

        using (var shed = await caller.SendJson(HttpMethod.Get, "/users/me"))
        {
            await shed.ExpectProblem(503, "overloaded");
        }

        admission.Leave();
        using var served = await caller.SendJson(HttpMethod.Get, "/users/me");
        await served.Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_threshold_of_low_stock_holds_for_lists_and_figures_and_for_the_next_event_of_an_item()
    {
        var (customer, sku) = (await _shop.Customer(), await _shop.Product(stock: 50));

        // The list may still have the product as it was defined, without stock.
        await Eventually.HoldsAsync(() => Lists("/stock?limit=100", item => item.At("available").GetInt64() == 50), "the delivery is listed", cancellation: Cancellation);
        Assert.False(await IsLow());

        await settings.Put(("Granary:Stock:LowThreshold", 60));

        await Eventually.HoldsAsync(IsLow, cancellation: Cancellation);
        await customer.Placed((sku, 1));
        await Eventually.HoldsAsync(
            async () =>
            {
                using var events = await _shop.Staff.SendJson(HttpMethod.Get, "/events?types=stock.low&limit=100");
                return (await events.Expect(HttpStatusCode.OK)).At("data").EnumerateArray().Any(entry => entry.Text("stream") == "stock-alert/" + sku);
            },
            "the alert is recorded",
            cancellation: Cancellation);

        Task<bool> IsLow() => Lists("/stock?low=true&limit=100", _ => true);

        async Task<bool> Lists(string path, Func<JsonElement, bool> isSo)
        {
            using var list = await _shop.Staff.SendJson(HttpMethod.Get, path);
            return (await list.Expect(HttpStatusCode.OK)).At("data").EnumerateArray().Any(item => item.Text("sku") == sku && isSo(item));
        }
    }

    [Fact]
    public async Task A_level_of_the_log_holds_for_loggers_that_exist()
    {
        var logger = settings.App.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Granary.Settings.Tests");
        Assert.False(logger.IsEnabled(LogLevel.Error));

        await settings.Put(("Serilog:MinimumLevel:Default", "Error"));
        Assert.Equal((true, false), (logger.IsEnabled(LogLevel.Error), logger.IsEnabled(LogLevel.Warning)));

        await settings.Put(("Serilog:MinimumLevel:Default", null));
        Assert.False(logger.IsEnabled(LogLevel.Error));
    }

    [Fact]
    public async Task Settings_that_change_together_are_never_seen_half_changed()
    {
        await Set(0);
        using var stop = new CancellationTokenSource();
        List<string> torn = [];
        var seen = new HashSet<int>();
        var reader = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                var now = settings.Now;
                var (orders, stock) = (now.Get<OrderOptions>(), now.Get<LowStockOptions>());
                seen.Add(orders.MaxOpenOrdersPerUser);
                if (orders.MaxOpenOrdersPerUser != orders.MaxOpenUnitsPerUser || orders.MaxOpenUnitsPerUser != stock.Threshold)
                {
                    torn.Add($"{orders.MaxOpenOrdersPerUser} {orders.MaxOpenUnitsPerUser} {stock.Threshold}");
                }
            }
        }, Cancellation);
        for (var i = 1; i <= 30; i++)
        {
            await Set(i);
        }

        await stop.CancelAsync();
        await reader;
        Assert.Empty(torn);
        Assert.InRange(seen.Count, 2, 31);

        Task Set(int value) => settings.Put(
            ("Granary:Orders:MaxOpenOrdersPerUser", value), ("Granary:Orders:MaxOpenUnitsPerUser", value), ("Granary:Stock:LowThreshold", value));
    }

    [Fact]
    public async Task Files_that_the_kubelet_swaps_hold_at_once_and_together_and_the_table_takes_precedence()
    {
        settings.Files.Swap(("Granary__Orders__MaxOpenOrdersPerUser", "101\n"), ("Granary__Orders__MaxOpenUnitsPerUser", "101"));
        await UntilHolds(101);
        Assert.Equal(SettingSource.File, settings.Now.Values["Granary:Orders:MaxOpenOrdersPerUser"].Source);

        await settings.Put(("Granary:Orders:MaxOpenUnitsPerUser", 5));
        settings.Files.Swap(("Granary__Orders__MaxOpenOrdersPerUser", "102"), ("Granary__Orders__MaxOpenUnitsPerUser", "102"));
        await Eventually.HoldsAsync(() => settings.Now.Get<OrderOptions>() is { MaxOpenOrdersPerUser: 102, MaxOpenUnitsPerUser: 5 }, cancellation: Cancellation);
        await settings.Put(("Granary:Orders:MaxOpenUnitsPerUser", null));
        await UntilHolds(102);

        settings.Files.Swap();
        await UntilHolds(0);
    }

    [Fact]
    public async Task A_reader_in_a_loop_sees_no_two_files_of_different_mounts()
    {
        using var stop = new CancellationTokenSource();
        List<string> torn = [];
        settings.Files.Swap(("Granary__Orders__MaxOpenOrdersPerUser", "200"), ("Granary__Orders__MaxOpenUnitsPerUser", "200"));
        await UntilHolds(200);
        var reader = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                var orders = settings.Now.Get<OrderOptions>();
                if (orders.MaxOpenOrdersPerUser != orders.MaxOpenUnitsPerUser)
                {
                    torn.Add($"{orders.MaxOpenOrdersPerUser} {orders.MaxOpenUnitsPerUser}");
                }
            }
        }, Cancellation);
        for (var i = 201; i <= 206; i++)
        {
            var text = i.ToString(CultureInfo.InvariantCulture);
            settings.Files.Swap(("Granary__Orders__MaxOpenOrdersPerUser", text), ("Granary__Orders__MaxOpenUnitsPerUser", text));
            await UntilHolds(i);
        }

        await stop.CancelAsync();
        await reader;
        Assert.Empty(torn);
        settings.Files.Swap();
        await UntilHolds(0);
    }

    [Fact]
    public async Task What_a_file_has_wrong_is_told_by_readiness_and_the_files_before_hold_on()
    {
        settings.Files.Swap(
            ("Granary__Orders__MaxOpenOrdersPerUser", "300"), ("Granary__Orders__MaxOpenUnitsPerUser", "300"),
            ("Granary__Storage", "PostgreSql"), ("Granary__Nothing", "1"), ("Serilog__MinimumLevel__Override__Orleans", "Error"));
        await UntilHolds(300);
        using var http = settings.App.CreateClient();
        const string Others = "Not obeyed: Granary:Nothing is no setting of this release; Granary:Storage takes effect at the next start of the process; "
            + "Serilog:MinimumLevel:Override:Orleans is read at the start of the process alone, if at all.";
        await UntilTold(Others);

        // A whole file may be in the wrong place.
        settings.Files.Swap(("Granary__Orders__MaxOpenOrdersPerUser", new string('x', 5_000)), ("Granary__Orders__MaxOpenUnitsPerUser", "301"));
        await UntilTold(
            $"The files of Granary:Settings:Directory are not obeyed, and those before hold on: Granary:Orders:MaxOpenOrdersPerUser is '{new string('x', 200)}…'; "
            + "it takes a whole number from 0 to 1000000. " + Others);
        Assert.Equal((300, 300L), (settings.Now.Get<OrderOptions>().MaxOpenOrdersPerUser, settings.Now.Get<OrderOptions>().MaxOpenUnitsPerUser));

        settings.Files.Swap(("Granary__Orders__MaxOpenOrdersPerUser", "301"), ("granary__Orders__MaxOpenOrdersPerUser", "302"));
        await UntilTold(
            "The files of Granary:Settings:Directory are not obeyed, and those before hold on: The files Granary__Orders__MaxOpenOrdersPerUser and "
            + "granary__Orders__MaxOpenOrdersPerUser are one key. " + Others);

        settings.Files.Swap();
        await UntilHolds(0);
        await UntilTold(null);

        Task UntilTold(string? problem) => Eventually.HoldsAsync(
            async () =>
            {
                using var ready = await http.SendJson(HttpMethod.Get, "/health/ready");
                var body = await ready.Expect(HttpStatusCode.OK);
                return body.Text("checks", "settings") == (problem is null ? "healthy" : "degraded")
                    && (problem is null || body.Text("details", "settings") == problem);
            },
            $"readiness tells {problem ?? "nothing"}",
            cancellation: Cancellation);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await Eventually.SucceedsAsync(
        async () =>
        {
            await settings.Empty();
            return true;
        },
        fault => fault is InvalidOperationException);

    private Task UntilHolds(int most) => Eventually.HoldsAsync(
        () => settings.Now.Get<OrderOptions>() is var orders && orders.MaxOpenOrdersPerUser == most && orders.MaxOpenUnitsPerUser == most,
        cancellation: Cancellation);
}
