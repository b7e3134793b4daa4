using System.Text.Json;
using System.Text.Json.Serialization;

namespace Granary.Baselines;

/// <summary>Body of <c>POST /orders</c>, with the members of the product's contract.</summary>
public sealed record PlaceOrderRequest
{
    public IReadOnlyList<RequestedItem>? Items { get; init; }

    public string? UserId { get; init; }

    /// <summary>Unix milliseconds; a deviation of more than five minutes is refused.</summary>
    public long? Timestamp { get; init; }

    public JsonElement? ShippingAddress { get; init; }

    public string? Note { get; init; }
}

/// <summary>One requested line.</summary>
public sealed record RequestedItem(string? Sku, long Quantity);

/// <summary>The order in the response. Amounts are in minor units.</summary>
public sealed record OrderDocument(
    Guid Id,
    string UserId,
    string Status,
    IReadOnlyList<OrderLineDocument> Items,
    MoneyDocument Total,
    JsonElement? ShippingAddress,
    string? Note,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version,
    IReadOnlyList<string> AllowedActions);

/// <summary>One line of an order.</summary>
public sealed record OrderLineDocument(string Sku, string Name, long Quantity, MoneyDocument UnitPrice, MoneyDocument LineTotal);

/// <summary>An amount in minor units.</summary>
public sealed record MoneyDocument(long Amount, string Currency)
{
    public static MoneyDocument Usd(long amount) => new(amount, "USD");
}

/// <summary>Units of a product, as the product's own answer names them.</summary>
public sealed record StockDocument(long Available, long Reserved);

/// <summary>A user's money, as the product's own answer names it.</summary>
public sealed record UserDocument(WalletDocument Wallet);

/// <summary>Money that can be spent, and money that open orders hold.</summary>
public sealed record WalletDocument(MoneyDocument Available, MoneyDocument Held);

/// <summary>Problem details (RFC 9457) with a stable type.</summary>
public sealed record ProblemDocument(string Type, string Title, int Status, string? Detail = null);

/// <summary>Source-generated JSON of the endpoint, so that no contender pays for reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(OrderDocument))]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(StockDocument))]
[JsonSerializable(typeof(UserDocument))]
public sealed partial class OrderJson : JsonSerializerContext;
