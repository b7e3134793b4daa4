namespace Granary.Domain.Events;

/// <summary>What the events of a journal stream are about.</summary>
public enum StreamKind
{
    Order,
    Stock,
    StockAlert,
    User,
    ApiKeys,
    Reference,
    Payment,
    Settings,
}

/// <summary>
/// The names of the journal's streams, <c>kind/key</c>. They are stored with every event, so a name that was written once stays
/// valid. This is the only place that knows the prefixes.
/// </summary>
public static class JournalStream
{
    private const string OrderPrefix = "order/";
    private const string StockPrefix = "stock/";
    private const string StockAlertPrefix = "stock-alert/";
    private const string UserPrefix = "user/";
    private const string ApiKeysPrefix = "api-keys/";
    private const string ReferencePrefix = "reference/";
    private const string PaymentPrefix = "payment/";
    private const string SettingsPrefix = "settings/";

    /// <summary>The stream of an order.</summary>
    public static string OfOrder(string orderId) => OrderPrefix + orderId;

    /// <summary>The stream of a stock item.</summary>
    public static string OfStock(string sku) => StockPrefix + sku;

    /// <summary>The stream of a stock item's low-stock alerts.</summary>
    public static string OfStockAlert(string sku) => StockAlertPrefix + sku;

    /// <summary>The stream of a user and the wallet.</summary>
    public static string OfUser(string userId) => UserPrefix + userId;

    /// <summary>The stream of the shop's API keys.</summary>
    public static string OfApiKeys(string ring) => ApiKeysPrefix + ring;

    /// <summary>The stream of a caller's own reference of an order.</summary>
    /// <param name="key">See <c>ReferenceState.KeyOf</c>.</param>
    public static string OfReference(string key) => ReferencePrefix + key;

    /// <summary>The stream of a payment with an external provider.</summary>
    public static string OfPayment(string paymentId) => PaymentPrefix + paymentId;

    /// <summary>The stream of the settings that change while the cluster runs.</summary>
    public static string OfSettings(string key) => SettingsPrefix + key;

    /// <summary>What a stream is about; null when its name has none of the prefixes.</summary>
    public static StreamKind? KindOf(string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.StartsWith(OrderPrefix, StringComparison.Ordinal) ? StreamKind.Order
            : stream.StartsWith(StockPrefix, StringComparison.Ordinal) ? StreamKind.Stock
            : stream.StartsWith(StockAlertPrefix, StringComparison.Ordinal) ? StreamKind.StockAlert
            : stream.StartsWith(UserPrefix, StringComparison.Ordinal) ? StreamKind.User
            : stream.StartsWith(ApiKeysPrefix, StringComparison.Ordinal) ? StreamKind.ApiKeys
            : stream.StartsWith(ReferencePrefix, StringComparison.Ordinal) ? StreamKind.Reference
            : stream.StartsWith(PaymentPrefix, StringComparison.Ordinal) ? StreamKind.Payment
            : stream.StartsWith(SettingsPrefix, StringComparison.Ordinal) ? StreamKind.Settings
            : null;
    }

    /// <summary>The key in a stream's name: the order id, SKU, user id or payment id. A name without a slash is its own key.</summary>
    public static string KeyOf(string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream[(stream.IndexOf('/', StringComparison.Ordinal) + 1)..];
    }
}
