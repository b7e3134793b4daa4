using System.Text.Json.Nodes;

namespace Granary.Api.Docs;

/// <summary>A body for each operation that takes one, which can be sent as it stands but for the host of a webhook.</summary>
public static class RequestExamples
{
    /// <summary>The example of an operation, or null.</summary>
    public static JsonNode? Of(string? name) => name switch
    {
        "IssueToken" => Json("""{ "user_name": "ada", "password": "correct horse battery staple" }"""),
        "RegisterUser" => Json("""{ "user_name": "ada", "password": "correct horse battery staple", "display_name": "Ada" }"""),
        "DepositMoney" => Json("""{ "amount": 50000, "currency": "USD" }"""),
        "SetRoles" => Json("""{ "roles": ["customer", "operator"] }"""),
        "DefineProduct" => Json("""
            { "name": "Stoneware cup", "description": "Holds 0.3 l.", "price": { "amount": 1400, "currency": "USD" } }
            """),
        "AdjustStock" => Json("""{ "quantity": 100, "reason": "delivery" }"""),
        "PlaceOrder" => Json("""
            { "items": [{ "sku": "CUP-STONEWARE", "quantity": 2 }], "note": "Ring twice." }
            """),
        "AmendOrder" => Json("""{ "items": [{ "sku": "CUP-STONEWARE", "quantity": 3 }] }"""),
        "CancelOrder" => Json("""{ "reason": "Ordered by mistake." }"""),
        "ShipOrder" => Json("""{ "carrier": "Post", "tracking_number": "RR123456785GB" }"""),
        "RegisterWebhook" => Json("""{ "url": "https://hooks.example/granary", "events": ["order.paid", "order.cancelled"] }"""),
        _ => null,
    };

    private static JsonNode? Json(string text) => JsonNode.Parse(text);
}
