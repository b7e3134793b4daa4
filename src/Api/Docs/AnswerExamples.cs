using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Api.ApiKeys;
using Granary.Api.Auth;
using Granary.Api.BackOffice;
using Granary.Api.Console;
using Granary.Api.Feed;
using Granary.Api.Http;
using Granary.Api.Orders;
using Granary.Api.Payments;
using Granary.Api.Products;
using Granary.Api.Settings;
using Granary.Api.Users;
using Granary.Api.Webhooks;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;

namespace Granary.Api.Docs;

/// <summary>An example of every body that a success has.</summary>
internal static class AnswerExamples
{
    /// <summary>One event of a followed order, as it is on the wire.</summary>
    private const string OrderEvent = """
        id: 2
        event: order.paid
        data: {"order_id":"01k0c3w8e4x5y6z7a8b9c0d1e2","version":2,"type":"order.paid","at":"2026-05-04T12:01:00.5Z","by":"u-7h3k9m2p4q6r8s0t1v3w5x7y9z","status":"paid"}


        """;

    /// <summary>One event of the feed, as it is on the wire.</summary>
    private const string FeedEvent = """
        id: 1310720
        event: order.paid
        data: {"position":"1310720","type":"order.paid","stream":"order/01k0c3w8e4x5y6z7a8b9c0d1e2","version":2,"at":"2026-05-04T12:01:00.5Z","data":{"order_id":"01k0c3w8e4x5y6z7a8b9c0d1e2","version":2,"status":"paid"}}


        """;

    /// <summary>One sample of the figures, as it is on the wire; its data is abridged.</summary>
    private const string FiguresEvent = """
        id: 1777896000500
        event: statistics
        data: {"at":"2026-05-04T12:00:00.5Z","orders":{"pending":12,"paid":31},"silos":3}


        """;

    private const string User = "u-7h3k9m2p4q6r8s0t1v3w5x7y9z";
    private const string Operator = "u-2b4d6f8h0k1m3p5r7t9v0x2z4a";
    private const string Cursor = "Q1VQLVNUT05FV0FSRQ";

    private static readonly DateTime Noon = new(2026, 5, 4, 12, 0, 0, DateTimeKind.Utc);

    private static readonly OrderBody Order = new()
    {
        Id = "01k0c3w8e4x5y6z7a8b9c0d1e2",
        UserId = User,
        Status = "pending",
        Items = [new OrderItemBody("CUP-STONEWARE", "Stoneware cup", 2, Usd(1_400), Usd(2_800))],
        Total = Usd(2_800),
        ShippingAddress = new Address { Name = "Ada Lovelace", Line1 = "12 St James's Square", City = "London", PostalCode = "SW1Y 4JH", Country = "GB" },
        Note = "Ring twice.",
        PaymentMethod = "wallet",
        PaymentStatus = "authorized",
        Amounts = new AmountsBody(Usd(2_800), Usd(2_800), Usd(0), Usd(0)),
        CreatedAt = Noon,
        UpdatedAt = Noon,
        ExpiresAt = Noon.AddMinutes(15),
        Version = 1,
        AllowedActions = ["amend", "pay", "cancel"],
        Timeline = [new TimelineBody(1, "order.placed", Noon, User)],
    };

    private static readonly ProductBody Product = new("CUP-STONEWARE", "Stoneware cup", "Holds 0.3 l.", Usd(1_400), "active", 98);

    private static readonly EventBody Event = new(
        "1310720", "order.paid", "order/01k0c3w8e4x5y6z7a8b9c0d1e2", 2, Noon.AddMinutes(1),
        JsonElement.Parse("""{ "order_id": "01k0c3w8e4x5y6z7a8b9c0d1e2", "version": 2, "status": "paid" }"""));

    private static readonly WebhookBody Webhook = new(
        "wh_0f1e2d3c4b5a69788796a5b4c3d2e1f0", "https://hooks.example/granary", ["order.paid", "order.cancelled"], "enabled", Noon, Operator);

    private static readonly DeliveryBody Delivery = new(
        "msg_00112233445566778899aabbccddeeff", "order.paid", 2, "delivered", 1, Noon, "01k0c3w8e4x5y6z7a8b9c0d1e2",
        "order/01k0c3w8e4x5y6z7a8b9c0d1e2", Noon.AddSeconds(1), 204, null, 31);

    private static readonly ApiKeyBody ApiKey = new(
        "key_4n7q0z8m2k5x1c3v", "storefront", "gk_4n7q0z8m2k5x1c3v", [Scopes.OrdersWrite, Scopes.OrdersRead], Noon, Operator, null, Noon.AddHours(1));

    private static readonly PaymentBody Payment = new()
    {
        Id = "01k0c3w8e4x5y6z7a8b9c0d1f3",
        OrderId = "01k0c3w8e4x5y6z7a8b9c0d1e2",
        Status = "captured",
        Amount = Usd(2_800),
        Captured = Usd(2_800),
        Refunded = Usd(0),
        Capture = "automatic",
        Provider = "sandbox",
        ProviderReference = "sb_01k0c3w8e4x5y6z7a8b9c0d1f3",
        NeedsAttention = false,
        CreatedAt = Noon,
        UpdatedAt = Noon.AddSeconds(1),
        Version = 6,
        Timeline = [new TimelineBody(1, "payment.created", Noon, User), new TimelineBody(6, "payment.captured", Noon.AddSeconds(1), "system")],
    };

    private static readonly VariantBody ShortTimeout = new(
        "short-timeout", new VariantMatchBody(Percent: 10), new Dictionary<string, string> { ["Granary:Orders:PaymentTimeout"] = "00:05:00" }, Enabled: true);

    private static readonly WalletBody Wallet = new(Usd(47_200), Usd(2_800));

    private static readonly Dictionary<string, JsonNode?> BySchema = new object[]
    {
        Order,
        new OrderListBody { Data = [Order], NextCursor = Cursor },
        Product,
        new ProductPage([Product], Cursor),
        new StockBody("CUP-STONEWARE", 100, 2, 98, 0, 100),
        new UserBody(User, "ada", "Ada", [Roles.Customer], "active", Wallet),
        new UserListBody([new UserBody(User, "ada", "Ada", [Roles.Customer], "active", Wallet)], Cursor),
        new AuditListBody(
            [
                new AuditEntryBody(
                    Noon, Operator, "product/CUP-STONEWARE", "product.changed", 7,
                    Json("""{"price":{"amount":1400,"currency":"USD"}}"""), Json("""{"price":{"amount":1500,"currency":"USD"}}""")),
            ],
            Cursor),
        new StockAdjustmentListBody([new StockAdjustmentBody(Noon, Operator, 100, "delivery")], Cursor),
        new StockListBody([new StockItemBody("CUP-STONEWARE", 100, 2, 98, 0, 100, "Stoneware cup", "active")], Cursor),
        new DeadLetterListBody(
            [
                new DeadLetterBody(
                    "order-index.4711", "order-index", 4_711, "order/" + Order.Id, 2, "order.paid", "DamagedRecordException: The journal is damaged.", 1, Noon),
            ],
            Cursor),
        new ReplayBody("order-index.4711", "taken"),
        Wallet,
        new StatementBody(
            [
                new MovementBody(Noon, "deposit", Usd(50_000), Usd(50_000), Reference: "transfer 4711"),
                new MovementBody(Noon.AddMinutes(2), "capture", Usd(-2_800), Usd(47_200), Order.Id),
            ],
            Cursor),
        new SessionBody(Operator, "grace", [Roles.Operator], Noon.AddHours(1), "Grace"),
        new TokenBody("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1LTdoM2sifQ.c2lnbmF0dXJl", "Bearer", 3_600),
        Event,
        new EventPageBody([Event], "1310720"),
        Webhook,
        ApiKey,
        new ApiKeyListBody([ApiKey], Cursor),
        new WebhookListBody([Webhook], Cursor),
        new EventTypeListBody(["order.placed", "order.paid", "stock.low"]),
        Delivery,
        new WebhookTestBody("msg_00112233445566778899aabbccddeeff", true, 31, 204),
        new DeliveryListBody([Delivery], Cursor),
        Payment,
        new PaymentListBody([Payment]),
        new PaymentPageBody([Payment], Cursor),
        new ReconciliationBody
        {
            At = Noon.Date.AddHours(2),
            From = Noon.Date.AddDays(-1),
            To = Noon.Date,
            Provider = "http",
            Matched = 412,
            OnTheirWay = 1,
            Foreign = 0,
            Kinds = new Dictionary<string, int> { ["missing_here"] = 1 },
            Differences = [new DifferenceBody("missing_here", Payment.Id, "refund", "asked", Payment.Id + "-refund-3", There: Usd(500))],
        },
        new RefundBody
        {
            Id = "01k0c3w8e4x5y6z7a8b9c0d1g4",
            Amount = Usd(500),
            Status = "succeeded",
            Reason = "One cup was broken.",
            By = Operator,
            CreatedAt = Noon.AddMinutes(9),
        },
        new SettingsBody(3, new Dictionary<string, SettingBody>
        {
            ["Granary:Orders:PaymentTimeout"] = new(
                "00:20:00", "00:15:00", "table", "unpaid orders expire after this time",
                "a time from 00:00:00.001 to 30.00:00:00, written hh:mm:ss, hh:mm:ss.fff or d.hh:mm:ss", InVariants: true),
            ["Granary:Stock:LowThreshold"] = new(
                "10", "10", "default", "an item with this many available units or fewer is low; 0 turns alerts off",
                "a whole number from 0 to 1000000000000", InVariants: false),
        }, [ShortTimeout]),
        new SettingsHistoryBody(
            [
                new SettingsVersionBody(
                    3, Noon, Operator, new Dictionary<string, SettingChangeBody> { ["Granary:Orders:PaymentTimeout"] = new("00:30:00", "00:20:00") },
                    Variants: new VariantsChangeBody([], [ShortTimeout])),
            ],
            Cursor),
        new StatisticsBody
        {
            At = Noon,
            Orders = new Dictionary<string, long>
            {
                ["pending"] = 12, ["paid"] = 31, ["packing"] = 4, ["shipped"] = 57, ["received"] = 9, ["completed"] = 20_417, ["cancelled"] = 311, ["expired"] = 640,
            },
            OrdersPerMinute = [.. Enumerable.Range(0, 60).Select(minute => 3L + (minute % 4))],
            LagSeconds = new Dictionary<string, double> { ["low-stock"] = 0, ["order-index"] = 0.084, ["webhooks"] = 0 },
            Placing = new PlacingBody(241, 0.0042, 0.0187),
            Deduction = new DeductionBody(310, 4),
            Breakers = new Dictionary<string, string> { ["ask"] = "closed", ["authorize"] = "closed", ["capture"] = "closed", ["refund"] = "closed", ["void"] = "closed" },
            Silos = 3,
            PendingWebhooks = 2,
            LowStock = 1,
        },
    }.ToDictionary(example => example.GetType().Name, example => JsonSerializer.SerializeToNode(example, ApiJson.Options.GetTypeInfo(example.GetType())));

    /// <summary>One line of an export, as it is on the wire.</summary>
    public static JsonNode Line { get; } = JsonValue.Create(JsonSerializer.Serialize(Order, ApiJson.Options.GetTypeInfo(typeof(OrderBody))) + "\n");

    /// <summary>The example of a stream of events that an operation answers with.</summary>
    public static string StreamOf(string? operation) => operation switch
    {
        "FollowOrder" => OrderEvent,
        "GetStatistics" => FiguresEvent,
        _ => FeedEvent,
    };

    /// <summary>The example of a body with this schema, or null.</summary>
    public static JsonNode? Of(string schema) => BySchema.GetValueOrDefault(schema)?.DeepClone();

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private static Money Usd(long amount) => new(amount, "USD");
}
