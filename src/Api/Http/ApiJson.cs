using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Granary.Api.ApiKeys;
using Granary.Api.Auth;
using Granary.Api.BackOffice;
using Granary.Api.Console;
using Granary.Api.Feed;
using Granary.Api.Orders;
using Granary.Api.Payments;
using Granary.Api.Problems;
using Granary.Api.Products;
using Granary.Api.Settings;
using Granary.Api.Users;
using Granary.Api.Webhooks;

namespace Granary.Api.Http;

/// <summary>
/// The JSON rules of the API, which are strict: a repeated member, a wrong type or an unknown name in a request is an error of
/// the caller. A lenient reader would hide the error.
/// </summary>
public static class ApiJson
{
    // An order is four levels deep; no legitimate body comes near this.
    private const int Depth = 16;

    /// <summary>The options for reading and writing all bodies.</summary>
    public static JsonSerializerOptions Options { get; } = CreateOptions();

    /// <summary>Applies the same options to the framework's.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, ApiJsonTypes.Default);
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.ReadCommentHandling = JsonCommentHandling.Disallow;
        options.AllowTrailingCommas = false;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.MaxDepth = Depth;
        options.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
    }

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions();
        Configure(options);
        options.MakeReadOnly();
        return options;
    }
}

/// <summary>The types of the bodies, known at compile time.</summary>
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(AmendOrderRequest))]
[JsonSerializable(typeof(CancelOrderRequest))]
[JsonSerializable(typeof(ShipOrderRequest))]
[JsonSerializable(typeof(OrderBody))]
[JsonSerializable(typeof(PayOrderRequest))]
[JsonSerializable(typeof(RefundOrderRequest))]
[JsonSerializable(typeof(PaymentBody))]
[JsonSerializable(typeof(PaymentListBody))]
[JsonSerializable(typeof(PaymentPageBody))]
[JsonSerializable(typeof(AcknowledgePaymentRequest))]
[JsonSerializable(typeof(ReconciliationBody))]
[JsonSerializable(typeof(RefundBody))]
[JsonSerializable(typeof(OrderListBody))]
[JsonSerializable(typeof(OrderUpdateBody))]
[JsonSerializable(typeof(FingerprintSource))]
[JsonSerializable(typeof(DefineProductRequest))]
[JsonSerializable(typeof(AdjustStockRequest))]
[JsonSerializable(typeof(ProductBody))]
[JsonSerializable(typeof(ProductPage))]
[JsonSerializable(typeof(StockBody))]
[JsonSerializable(typeof(RegisterUserRequest))]
[JsonSerializable(typeof(MoneyRequest))]
[JsonSerializable(typeof(DepositRequest))]
[JsonSerializable(typeof(WithdrawRequest))]
[JsonSerializable(typeof(SetRolesRequest))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(UserBody))]
[JsonSerializable(typeof(WalletBody))]
[JsonSerializable(typeof(CreateApiKeyRequest))]
[JsonSerializable(typeof(ApiKeyBody))]
[JsonSerializable(typeof(ApiKeyListBody))]
[JsonSerializable(typeof(StatementBody))]
[JsonSerializable(typeof(UserListBody))]
[JsonSerializable(typeof(AuditListBody))]
[JsonSerializable(typeof(StockAdjustmentListBody))]
[JsonSerializable(typeof(StockItemBody))]
[JsonSerializable(typeof(StockListBody))]
[JsonSerializable(typeof(DeadLetterListBody))]
[JsonSerializable(typeof(ReplayBody))]
[JsonSerializable(typeof(EventBody))]
[JsonSerializable(typeof(EventPageBody))]
[JsonSerializable(typeof(RegisterWebhookRequest))]
[JsonSerializable(typeof(UpdateWebhookRequest))]
[JsonSerializable(typeof(WebhookTestBody))]
[JsonSerializable(typeof(WebhookBody))]
[JsonSerializable(typeof(WebhookListBody))]
[JsonSerializable(typeof(EventTypeListBody))]
[JsonSerializable(typeof(DeliveryBody))]
[JsonSerializable(typeof(DeliveryListBody))]
[JsonSerializable(typeof(StatisticsBody))]
[JsonSerializable(typeof(ChangeSettingsRequest))]
[JsonSerializable(typeof(RollBackSettingsRequest))]
[JsonSerializable(typeof(SettingsBody))]
[JsonSerializable(typeof(SettingsHistoryBody))]
internal sealed partial class ApiJsonTypes : JsonSerializerContext;
