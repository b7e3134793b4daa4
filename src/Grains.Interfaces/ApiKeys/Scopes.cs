namespace Granary.Grains.Interfaces.ApiKeys;

/// <summary>The scopes of API keys: what a machine of the shop may do. A key may do nothing that none of its scopes names.</summary>
public static class Scopes
{
    /// <summary>Read the orders of all users.</summary>
    public const string OrdersRead = "orders:read";

    /// <summary>Place orders, and act on them, for any user.</summary>
    public const string OrdersWrite = "orders:write";

    /// <summary>Pack, ship and complete orders.</summary>
    public const string FulfilmentWrite = "fulfilment:write";

    /// <summary>Capture, void and refund payments.</summary>
    public const string PaymentsWrite = "payments:write";

    /// <summary>Define and change products.</summary>
    public const string ProductsWrite = "products:write";

    /// <summary>Read stock levels and adjustments.</summary>
    public const string StockRead = "stock:read";

    /// <summary>Adjust stock by hand.</summary>
    public const string StockWrite = "stock:write";

    /// <summary>Read users, their wallets and statements.</summary>
    public const string UsersRead = "users:read";

    /// <summary>Register customers who cannot log in; put money into wallets and pay it out.</summary>
    public const string UsersWrite = "users:write";

    /// <summary>Keep webhooks.</summary>
    public const string WebhooksWrite = "webhooks:write";

    /// <summary>Read the feed of all events.</summary>
    public const string EventsRead = "events:read";

    /// <summary>All scopes.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        OrdersRead, OrdersWrite, FulfilmentWrite, PaymentsWrite, ProductsWrite, StockRead, StockWrite, UsersRead, UsersWrite, WebhooksWrite, EventsRead,
    ];
}
