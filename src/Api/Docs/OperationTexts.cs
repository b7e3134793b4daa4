using System.Collections.Frozen;
using Granary.Api.Http;

namespace Granary.Api.Docs;

/// <summary>What each operation does, in a line, and the headers of a request that it reads.</summary>
public static class OperationTexts
{
    private static readonly RequestHeader Key = new(
        IdempotencyKey.Header, "1 to 255 visible ASCII characters. The same request with the same key is carried out once and answered as the first time.");

    private static readonly RequestHeader Match = new("If-Match", "An entity tag: refused with 412 unless the order is at this version.");

    private static readonly RequestHeader NoneMatch = new("If-None-Match", "Entity tags: answered with 304 while this version is known.");

    private static readonly FrozenDictionary<string, (string Summary, RequestHeader[] Headers)> All =
        new Dictionary<string, (string, RequestHeader[])>
        {
            ["IssueToken"] = ("Get a token for a user name and a password", []),
            ["PlaceOrder"] = ("Place an order: reserves the stock and holds the money, all or nothing", [Key]),
            ["ListOrders"] = ("List orders, newest first", []),
            ["GetOrder"] = ("Read an order", [NoneMatch]),
            ["FollowOrder"] = (
                "Follow an order: its events as they happen, as server-sent events",
                [new("Last-Event-ID", "The last version seen: what came after it is sent first.")]),
            ["AmendOrder"] = ("Change an order's lines, address or note", [Match with { IsRequired = true }]),
            ["CancelOrder"] = ("Cancel an order: stock and money come back", [Match]),
            ["PayOrder"] = ("Pay an order with the money that is held for it", [Match]),
            ["PackOrder"] = ("Say that an order is being packed", [Match]),
            ["ShipOrder"] = ("Say that an order was shipped, with its tracking number", [Match]),
            ["ReceiveOrder"] = ("Say that an order was received", [Match]),
            ["CompleteOrder"] = ("Close an order that was received", [Match]),
            ["SearchProducts"] = ("Search the catalogue", []),
            ["DefineProduct"] = ("Create or change a product", []),
            ["GetProduct"] = ("Read a product", [NoneMatch]),
            ["GetStock"] = ("Read a product's stock level", []),
            ["AdjustStock"] = ("Add or take out stock", [Key]),
            ["RegisterUser"] = ("Register a user", []),
            ["GetMe"] = ("Read the caller and the wallet", []),
            ["GetUser"] = ("Read a user and the wallet", []),
            ["DepositMoney"] = ("Put money into a user's wallet", [Key]),
            ["SetRoles"] = ("Give a user other roles", []),
            ["SuspendUser"] = ("Suspend a user, who can order nothing meanwhile", []),
            ["ReactivateUser"] = ("Lift a suspension", []),
            ["CloseUser"] = ("Close a user's account for good", []),
            ["RegisterWebhook"] = ("Register an address that events are sent to", []),
            ["ListWebhooks"] = ("List webhooks", []),
            ["GetWebhook"] = ("Read a webhook", []),
            ["DeleteWebhook"] = ("Delete a webhook", []),
            ["ListDeliveries"] = ("List a webhook's deliveries and what came of them", []),
            ["Redeliver"] = ("Send a delivery again", []),
        }.ToFrozenDictionary();

    /// <summary>What an operation does; null for one that is not known.</summary>
    public static string? SummaryOf(string? name) => name is not null && All.TryGetValue(name, out var texts) ? texts.Summary : null;

    /// <summary>The headers that an operation reads, beside those of every request.</summary>
    public static IReadOnlyList<RequestHeader> HeadersOf(string? name) =>
        name is not null && All.TryGetValue(name, out var texts) ? texts.Headers : [];
}

/// <summary>A header of a request.</summary>
public sealed record RequestHeader(string Name, string Description, bool IsRequired = false);
