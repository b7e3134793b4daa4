using System.Text.Json.Serialization;

namespace Granary.Client;

/// <summary>The bodies of the API, known at compile time. Members that this client does not know are ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(NewOrder))]
[JsonSerializable(typeof(OrderAmendment))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Page<Order>), TypeInfoPropertyName = "OrderPage")]
[JsonSerializable(typeof(OrderUpdate))]
[JsonSerializable(typeof(NewPayment))]
[JsonSerializable(typeof(Payment))]
[JsonSerializable(typeof(Page<Payment>), TypeInfoPropertyName = "PaymentPage")]
[JsonSerializable(typeof(Acknowledgement))]
[JsonSerializable(typeof(Reconciliation))]
[JsonSerializable(typeof(NewRefund))]
[JsonSerializable(typeof(Refund))]
[JsonSerializable(typeof(Statistics))]
[JsonSerializable(typeof(ProductSettings))]
[JsonSerializable(typeof(SettingValues))]
[JsonSerializable(typeof(SettingsRollback))]
[JsonSerializable(typeof(Page<SettingsVersion>), TypeInfoPropertyName = "SettingsHistoryPage")]
[JsonSerializable(typeof(FeedEvent))]
[JsonSerializable(typeof(FeedPage))]
[JsonSerializable(typeof(RegisterWebhook))]
[JsonSerializable(typeof(Webhook))]
[JsonSerializable(typeof(Page<Webhook>), TypeInfoPropertyName = "WebhookPage")]
[JsonSerializable(typeof(Page<string>), TypeInfoPropertyName = "NamePage")]
[JsonSerializable(typeof(WebhookChange))]
[JsonSerializable(typeof(WebhookTest))]
[JsonSerializable(typeof(CancelOrder))]
[JsonSerializable(typeof(ShipOrder))]
[JsonSerializable(typeof(ProductDefinition))]
[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(Page<Product>), TypeInfoPropertyName = "ProductPage")]
[JsonSerializable(typeof(StockAdjustment))]
[JsonSerializable(typeof(StockLevel))]
[JsonSerializable(typeof(RegisterUser))]
[JsonSerializable(typeof(NewApiKey))]
[JsonSerializable(typeof(ApiKey))]
[JsonSerializable(typeof(Page<ApiKey>), TypeInfoPropertyName = "ApiKeyPage")]
[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(AccessToken))]
[JsonSerializable(typeof(MoneyMovement))]
[JsonSerializable(typeof(Page<WalletMovement>), TypeInfoPropertyName = "StatementPage")]
[JsonSerializable(typeof(Money))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(Page<User>), TypeInfoPropertyName = "UserPage")]
[JsonSerializable(typeof(Page<AuditEntry>), TypeInfoPropertyName = "AuditPage")]
[JsonSerializable(typeof(Page<DeadLetter>), TypeInfoPropertyName = "DeadLetterPage")]
[JsonSerializable(typeof(Replayed))]
[JsonSerializable(typeof(Page<StockLevel>), TypeInfoPropertyName = "StockPage")]
[JsonSerializable(typeof(Page<StockMovement>), TypeInfoPropertyName = "StockMovementPage")]
[JsonSerializable(typeof(Wallet))]
internal sealed partial class ClientJson : JsonSerializerContext;

internal sealed record Page<T>(IReadOnlyList<T> Data, string? NextCursor);

internal sealed record Replayed(string Id);

internal sealed record SettingValues(IReadOnlyDictionary<string, string?> Values, IReadOnlyList<SettingsVariant>? Variants);

internal sealed record SettingsRollback(long Version);

internal sealed record CancelOrder(string? Reason);

internal sealed record ShipOrder(string Carrier, string TrackingNumber);

internal sealed record StockAdjustment(long Quantity, string Reason);

internal sealed record MoneyMovement(long Amount, string Currency, string? Reference);

internal sealed record RegisterUser(string UserName, string? Password, string? DisplayName);

internal sealed record Credentials(string UserName, string Password);

/// <param name="ExpiresIn">Seconds.</param>
internal sealed record AccessToken([property: JsonPropertyName("access_token")] string Token, long ExpiresIn);
