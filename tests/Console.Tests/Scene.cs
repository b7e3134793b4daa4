using System.Net;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

/// <summary>A small shop with orders of every kind, for looking at pages.</summary>
/// <param name="Pending">An order that waits for its payment.</param>
/// <param name="Shipped">An order that was paid, packed and shipped, and refunded in part.</param>
/// <param name="Customer">A customer with orders, and money that came and went.</param>
/// <param name="Webhook">A webhook with deliveries of every kind.</param>
/// <param name="Users">A customer and the staff, by role.</param>
public sealed record Scene(string Pending, string Shipped, string Customer, string Webhook, IReadOnlyDictionary<string, string> Users)
{
    private static readonly (string Sku, string Name, long Price, long Stock)[] Products =
    [
        ("TEA-EARL-GREY", "Earl Grey, 250 g", 1_250, 200), ("TEA-SENCHA", "Sencha, 100 g", 1_480, 120), ("COFFEE-HARAR", "Harar coffee, 500 g", 1_690, 150),
        ("CUP-STONEWARE", "Stoneware cup", 1_400, 300), ("POT-CAST-IRON", "Cast-iron teapot", 5_900, 60), ("SPOON-BRASS", "Brass spoon", 980, 6),
    ];

    private static readonly string[] Life = ["pay", "pack", "ship", "receive", "complete"];

    /// <summary>The user with a role.</summary>
    public string UserOf(string role) => Users[role];

    internal static async Task<Scene> Set(ConsoleApp app)
    {
        var staff = app.Shop.Staff;
        foreach (var (sku, name, price, stock) in Products)
        {
            using var defined = await staff.SendJson(HttpMethod.Put, "/products/" + sku, new { name, price = Shop.Usd(price) });
            await defined.Expect(HttpStatusCode.Created);
            using var stocked = await staff.PostJson($"/products/{sku}/stock-adjustments", new { quantity = stock, reason = "delivery" });
            await stocked.Expect(HttpStatusCode.Created);
        }

        foreach (var (sku, quantity, reason) in ((string, long, string)[])[("CUP-STONEWARE", -4, "broken in the warehouse"), ("CUP-STONEWARE", 60, "delivery 2026-118"), ("CUP-STONEWARE", -1, "counted")])
        {
            using var adjusted = await staff.PostJson($"/products/{sku}/stock-adjustments", new { quantity, reason });
            await adjusted.Expect(HttpStatusCode.Created);
        }

        var customers = new[] { await app.Enter("ada", "Ada Lovelace"), await app.Enter("emmy.noether", "Emmy Noether") };
        foreach (var (customer, amount, reference) in customers.SelectMany(customer => ((Customer, long, string)[])[(customer, 150_000, "bank transfer 4711"), (customer, 450_000, "bank transfer 5002")]))
        {
            using var deposited = await staff.PostJson($"/users/{customer.Id}/deposits", new { amount, currency = "USD", reference });
            await deposited.Expect(HttpStatusCode.Created);
        }

        foreach (var (name, displayName) in ((string, string)[])[("lise.meitner", "Lise Meitner"), ("hypatia", "Hypatia of Alexandria"), ("maria.mitchell", "Maria Mitchell")])
        {
            await app.Enter(name, displayName);
        }

        using var suspended = await staff.PostJson($"/users/{UserId.From("hypatia")}/suspend");
        await suspended.Expect(HttpStatusCode.OK);
        foreach (var (name, scopes) in ((string, string[])[])[("storefront", ["orders:write", "orders:read", "users:write"]), ("ERP", ["events:read", "products:write", "stock:write"]), ("parcel station", ["fulfilment:write"])])
        {
            using var created = await staff.PostJson("/api-keys", new { name, scopes, expires_at = name == "ERP" ? "2099-12-31T23:00:00Z" : null });
            await created.Expect(HttpStatusCode.Created);
        }

        for (var i = 0; i < 40; i++)
        {
            var id = await Place(customers[i % 2], i);
            if (i % 8 == 7)
            {
                using var cancelled = await staff.SendJson(HttpMethod.Delete, "/orders/" + id, new { reason = "Ordered by mistake." });
                await cancelled.Expect(HttpStatusCode.OK);
            }
            else
            {
                await Live(staff, id, steps: i % 6);
            }
        }

        var shipped = await Place(customers[0], 4);
        await Live(staff, shipped, steps: 3);
        using var refunded = await staff.PostJson(
            $"/orders/{shipped}/refunds", new { amount = Shop.Usd(500), reason = "One cup was chipped." }, ("Idempotency-Key", "refund"));
        await refunded.Expect(HttpStatusCode.Created);
        var webhook = await Connect(app, customers[0], shipped);
        await Configure(staff);
        await Charge(app, customers[1]);
        return new Scene(
            await Place(customers[1], 5),
            shipped,
            customers[0].Id,
            webhook,
            new Dictionary<string, string>
            {
                [Roles.Customer] = customers[0].Id,
                [Roles.Operator] = await app.RegisterAs("Katherine Johnson", Roles.Operator),
                [Roles.Admin] = await app.RegisterAs("Grace Hopper", Roles.Admin),
            });
    }

    /// <summary>Sells some cups now.</summary>
    internal static async Task Sell(ConsoleApp app, int orders)
    {
        var customer = await app.Shop.Customer();
        for (var i = 0; i < orders; i++)
        {
            await customer.Placed(("CUP-STONEWARE", 1));
        }
    }

    /// <summary>Has some orders wait to be packed.</summary>
    internal static async Task Pay(ConsoleApp app, int orders)
    {
        var customer = await app.Shop.Customer();
        for (var i = 0; i < orders; i++)
        {
            await Live(app.Shop.Staff, await Place(customer, 8 + (4 * i)), steps: 1);
        }
    }

    /// <summary>Other systems: a webhook that works and one that does not, and an event that a consumer could not take.</summary>
    private static async Task<string> Connect(ConsoleApp app, Customer customer, string order)
    {
        var receiver = await app.Receiver();
        var shop = await Register("shop", "order.placed", "order.paid", "order.packing_started", "order.shipped");
        var accounting = await Register("accounting", "order.placed");
        await Register("warehouse", "stock.low", "stock.replenished");
        receiver.Answer("accounting", HttpStatusCode.InternalServerError);
        await Live(app.Shop.Staff, await Place(customer, 0), steps: 3);
        await Place(customer, 5);
        await Told(shop, "delivered", 5);
        await Told(accounting, "pending", 2);
        receiver.Answer("shop", HttpStatusCode.BadGateway);
        await Place(customer, 3);
        await Told(shop, "pending", 1);
        receiver.Answer("shop", HttpStatusCode.BadGateway, HttpStatusCode.NoContent, HttpStatusCode.NoContent);
        await app.SetAside("order-index", order, "TimeoutException: The database did not answer within 00:00:10.");
        await app.SetAside("webhooks", order, "DamagedRecordException: The journal is damaged.");
        return shop;

        async Task<string> Register(string name, params string[] events)
        {
            using var registered = await app.Shop.Staff.PostJson("/webhooks", new { url = receiver.AddressOf(name), events });
            return (await registered.Expect(HttpStatusCode.Created)).Text("id")!;
        }

        Task Told(string id, string status, int least) => Eventually.HoldsAsync(
            async () =>
            {
                using var log = await app.Shop.Staff.GetAsync($"/webhooks/{id}/deliveries?limit=100");
                return (await log.Expect(HttpStatusCode.OK)).At("data").EnumerateArray().Count(one => one.Text("status") == status && one.At("attempts").GetInt32() > 0) >= least;
            },
            $"webhook {id} has {least} deliveries that are {status}");
    }

    /// <summary>Settings that were changed, and variants.</summary>
    private static async Task Configure(HttpClient staff)
    {
        object[] changes =
        [
            new { values = new Dictionary<string, object> { ["Granary:Orders:PaymentTimeout"] = "00:20:00", ["Granary:Stock:LowThreshold"] = 12 } },
            new
            {
                values = new Dictionary<string, object> { ["Granary:Payments:Grace"] = "00:15:00" },
                variants = new object[]
                {
                    new
                    {
                        name = "testers",
                        match = new { header = new { name = "X-Variant", value = "testers" } },
                        values = new Dictionary<string, object> { ["Granary:Orders:PaymentTimeout"] = "00:30:00" },
                    },
                    new
                    {
                        name = "more-orders",
                        match = new { percent = 2.5 },
                        values = new Dictionary<string, object> { ["Granary:Orders:MaxOpenOrdersPerUser"] = 80 },
                        enabled = false,
                        reason = "12 of 140 requests of a minute were answered 5xx (0.086, more than 0.05).",
                    },
                },
            },
        ];
        foreach (var change in changes)
        {
            using var changed = await staff.SendJson(HttpMethod.Put, "/settings", change);
            await changed.Expect(HttpStatusCode.OK);
        }
    }

    /// <summary>Payments with a provider, some of which an operator must look at, and what the last comparison with it has found.</summary>
    private static async Task Charge(ConsoleApp app, Customer customer)
    {
        var payments = new List<string>();
        foreach (var token in (string[])["tok_ok", "tok_ok", "tok_declined", "tok_3ds", "tok_ok"])
        {
            payments.Add(await PayExternally(customer, token));
        }

        await app.Say(payments[0], "disputed");
        await app.Say(payments[1], "refunded");
        var midnight = new DateTimeOffset(DateTimeOffset.UtcNow.Date, TimeSpan.Zero);
        await app.Compared(new PaymentReconciliation
        {
            At = midnight.AddHours(2),
            From = midnight.AddDays(-1),
            To = midnight,
            Provider = "sandbox",
            Matched = 412,
            OnTheirWay = 1,
            Foreign = 0,
            Kinds = new Dictionary<string, int> { ["missing_here"] = 1, ["amounts_differ"] = 1 },
            Differences =
            [
                new PaymentDifference("missing_here", payments[1], "refund", payments[1] + "-refund-3", null, 1_250, "asked"),
                new PaymentDifference("amounts_differ", payments[4], "capture", payments[4] + "-capture-2", 1_400, 1_450, "asked"),
            ],
        });
    }

    /// <summary>Places an order and pays it with the provider.</summary>
    /// <returns>The payment.</returns>
    internal static async Task<string> PayExternally(Customer customer, string token)
    {
        using var placed = await customer.Http.PostJson("/orders", new { items = new[] { new { sku = "CUP-STONEWARE", quantity = 1 } }, payment_method = "external" });
        var order = (await placed.Expect(HttpStatusCode.Created)).Text("id");
        using var paid = await customer.Http.PostJson($"/orders/{order}/payments", new { token }, ("Idempotency-Key", "key"));
        using var list = await customer.Http.GetAsync($"/orders/{order}/payments");
        return (await list.Expect(HttpStatusCode.OK)).At("data")[0].Text("id")!;
    }

    private static async Task<string> Place(Customer customer, int i)
    {
        var order = new
        {
            items = Enumerable.Range(0, 1 + (i % 3)).Select(line => new { sku = Products[(i + line) % 5].Sku, quantity = 1 + ((i + line) % 2) }),
            shipping_address = new { name = "Ada Lovelace", line1 = "12 St James's Square", city = "London", postal_code = "SW1Y 4JH", country = "GB" },
            note = i % 4 == 0 ? "Gift wrap, please." : null,
            external_reference = $"web-2026-{4_000 + i}-{Guid.NewGuid():n}"[..20],
            metadata = new Dictionary<string, string> { ["channel"] = "web" },
        };
        using var placed = await customer.Http.PostJson("/orders", order);
        return (await placed.Expect(HttpStatusCode.Created)).Text("id")!;
    }

    private static async Task Live(HttpClient staff, string id, int steps)
    {
        foreach (var step in Life.Take(steps))
        {
            using var done = await staff.PostJson(
                $"/orders/{id}/{step}", step == "ship" ? new { carrier = "Royal Mail", tracking_number = "RR" + id[..9].ToUpperInvariant() + "GB" } : null);
            await done.Expect(HttpStatusCode.OK);
        }
    }
}
