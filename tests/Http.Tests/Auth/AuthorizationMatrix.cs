using Granary.Grains.Interfaces.ApiKeys;

namespace Granary.Http.Tests.Auth;

/// <summary>The response of an endpoint to a caller.</summary>
public enum Access
{
    /// <summary>The endpoint does its work, which may still refuse for reasons other than the caller.</summary>
    Yes,

    /// <summary>403: a role is missing.</summary>
    Role,

    /// <summary>404: the resource belongs to another user.</summary>
    Hidden,
}

/// <summary>One row: the response to each caller.</summary>
/// <param name="Endpoint">Method and route pattern.</param>
/// <param name="Open">Whether a token is needed: without a valid one, a closed endpoint answers 401.</param>
/// <param name="Owner">The customer whose order or account it is.</param>
/// <param name="Other">Another customer.</param>
/// <param name="Operator">An operator.</param>
/// <param name="Admin">An administrator.</param>
/// <param name="Body">A body that passes validation, or null.</param>
/// <param name="Scope">The scope with which an API key is let in; a closed endpoint without one is closed to every key.</param>
public sealed record MatrixRow(
    string Endpoint, bool Open, Access Owner, Access Other, Access Operator, Access Admin, object? Body = null, string? Scope = null)
{
    /// <inheritdoc/>
    public override string ToString() => Endpoint;
}

/// <summary>
/// The permissions of every caller. An endpoint that is not in the table fails <see cref="AuthorizationTests"/>.
/// </summary>
public static class AuthorizationMatrix
{
    private const bool Open = true;
    private const bool Closed = false;
    private const Access Yes = Access.Yes;
    private const Access Role = Access.Role;
    private const Access Hidden = Access.Hidden;

    /// <summary>The table. The SKU in the body is replaced by an existing one.</summary>
    public static IReadOnlyList<MatrixRow> Rows { get; } =
    [
        //                                                         owner   other   operator admin
        new("POST /auth/token",                            Open,   Yes,    Yes,    Yes,    Yes,    new { user_name = "", password = "" }),
        new("POST /auth/sign-out",                         Closed, Yes,    Yes,    Yes,    Yes),
        new("POST /users/me/password",                     Closed, Yes,    Yes,    Yes,    Yes,    new { current_password = "", new_password = "" }),
        new("POST /users",                                 Open,   Yes,    Yes,    Yes,    Yes,    new { user_name = "", password = "" }, Scope: Scopes.UsersWrite),
        new("GET /users",                                  Closed, Role,   Role,   Role,   Yes, Scope: Scopes.UsersRead),
        new("GET /users/me",                               Closed, Yes,    Yes,    Yes,    Yes),
        new("GET /users/{id}",                             Closed, Yes,    Hidden, Hidden, Yes, Scope: Scopes.UsersRead),
        new("GET /users/{id}/statement",                   Closed, Yes,    Hidden, Hidden, Yes, Scope: Scopes.UsersRead),
        new("POST /users/{id}/deposits",                   Closed, Role,   Role,   Role,   Yes,    new { amount = 1, currency = "USD" }, Scope: Scopes.UsersWrite),
        new("POST /users/{id}/withdrawals",                Closed, Role,   Role,   Role,   Yes,    new { amount = 1, currency = "USD" }, Scope: Scopes.UsersWrite),
        new("PUT /users/{id}/roles",                       Closed, Role,   Role,   Role,   Yes,    new { roles = new[] { "customer" } }),
        new("POST /users/{id}/suspend",                    Closed, Role,   Role,   Role,   Yes),
        new("POST /users/{id}/reactivate",                 Closed, Role,   Role,   Role,   Yes),
        new("POST /users/{id}/close",                      Closed, Role,   Role,   Role,   Yes),
        new("POST /api-keys",                              Closed, Role,   Role,   Role,   Yes,    new { name = "erp", scopes = new[] { "events:read" } }),
        new("GET /api-keys",                               Closed, Role,   Role,   Role,   Yes),
        new("DELETE /api-keys/{id}",                       Closed, Role,   Role,   Role,   Yes),
        new("GET /products",                               Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /products/{sku}",                         Open,   Yes,    Yes,    Yes,    Yes),
        new("PUT /products/{sku}",                         Closed, Role,   Role,   Role,   Yes,    new { name = "Cup", price = new { amount = 5, currency = "USD" } }, Scope: Scopes.ProductsWrite),
        new("GET /products/{sku}/stock",                   Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.StockRead),
        new("POST /products/{sku}/stock-adjustments",      Closed, Role,   Role,   Yes,    Yes,    new { quantity = 1, reason = "delivery" }, Scope: Scopes.StockWrite),
        new("GET /products/{sku}/stock-adjustments",       Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.StockRead),
        new("GET /stock",                                  Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.StockRead),
        new("POST /orders",                                Closed, Yes,    Yes,    Yes,    Yes,    new { items = new[] { new { sku = "NONE", quantity = 1 } } }, Scope: Scopes.OrdersWrite),
        new("GET /orders",                                 Closed, Yes,    Yes,    Yes,    Yes, Scope: Scopes.OrdersRead),
        new("GET /orders/{id}/events",                     Closed, Yes,    Hidden, Yes,    Yes, Scope: Scopes.OrdersRead),
        new("GET /orders/export",                          Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.OrdersRead),
        new("GET /orders/{id}",                            Closed, Yes,    Hidden, Yes,    Yes, Scope: Scopes.OrdersRead),
        new("PUT /orders/{id}",                            Closed, Yes,    Hidden, Hidden, Yes,    new { note = "ring twice" }, Scope: Scopes.OrdersWrite),
        new("DELETE /orders/{id}",                         Closed, Yes,    Hidden, Yes,    Yes, Scope: Scopes.OrdersWrite),
        new("POST /orders/{id}/pay",                       Closed, Yes,    Hidden, Hidden, Yes, Scope: Scopes.OrdersWrite),
        new("POST /orders/{id}/pack",                      Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.FulfilmentWrite),
        new("POST /orders/claim-next",                     Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.FulfilmentWrite),
        new("POST /orders/{id}/ship",                      Closed, Role,   Role,   Yes,    Yes,    new { carrier = "Post", tracking_number = "1" }, Scope: Scopes.FulfilmentWrite),
        new("POST /orders/{id}/receive",                   Closed, Yes,    Hidden, Yes,    Yes, Scope: Scopes.OrdersWrite),
        new("POST /orders/{id}/complete",                  Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.FulfilmentWrite),
        new("POST /orders/{id}/payments",                  Closed, Yes,    Hidden, Hidden, Yes,    new { token = "tok_ok" }, Scope: Scopes.OrdersWrite),
        new("GET /orders/{id}/payments",                   Closed, Yes,    Hidden, Yes,    Yes, Scope: Scopes.OrdersRead),
        new("POST /orders/{id}/refunds",                   Closed, Role,   Role,   Yes,    Yes,    new { amount = new { amount = 1, currency = "USD" }, reason = "broken" }, Scope: Scopes.PaymentsWrite),
        new("GET /payments",                               Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.OrdersRead),
        new("GET /payments/reconciliation",                Closed, Role,   Role,   Yes,    Yes),
        new("POST /payments/{id}/acknowledge",             Closed, Role,   Role,   Yes,    Yes,    new { reason = "disputed", note = "Answered." }, Scope: Scopes.PaymentsWrite),
        new("GET /payments/{id}",                          Closed, Yes,    Hidden, Yes,    Yes, Scope: Scopes.OrdersRead),
        new("POST /payments/{id}/capture",                 Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.PaymentsWrite),
        new("POST /payments/{id}/void",                    Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.PaymentsWrite),
        new("POST /payment-webhooks/{provider}",           Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /sandbox/payments/{id}",                  Open,   Yes,    Yes,    Yes,    Yes),
        new("POST /sandbox/payments/{id}/agree",           Open,   Yes,    Yes,    Yes,    Yes),
        new("POST /sandbox/payments/{id}/refuse",          Open,   Yes,    Yes,    Yes,    Yes),
        new("POST /webhooks",                              Closed, Role,   Role,   Yes,    Yes,    new { url = "", events = Array.Empty<string>() }, Scope: Scopes.WebhooksWrite),
        new("GET /webhooks",                               Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.WebhooksWrite),
        new("GET /webhooks/event-types",                   Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.WebhooksWrite),
        new("GET /webhooks/{id}",                          Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.WebhooksWrite),
        new("DELETE /webhooks/{id}",                       Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.WebhooksWrite),
        new("PATCH /webhooks/{id}",                        Closed, Role,   Role,   Yes,    Yes,    new { enabled = true }, Scope: Scopes.WebhooksWrite),
        new("POST /webhooks/{id}/rotate-secret",           Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.WebhooksWrite),
        new("POST /webhooks/{id}/test",                    Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.WebhooksWrite),
        new("GET /webhooks/{id}/deliveries",               Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.WebhooksWrite),
        new("POST /webhooks/{id}/deliveries/{delivery}/redeliver", Closed, Role, Role, Yes, Yes, Scope: Scopes.WebhooksWrite),
        new("GET /audit",                                  Closed, Role,   Role,   Role,   Yes),
        new("GET /dead-letters",                           Closed, Role,   Role,   Role,   Yes),
        new("POST /dead-letters/{id}/replay",              Closed, Role,   Role,   Role,   Yes),
        new("GET /settings",                               Closed, Role,   Role,   Role,   Yes),
        new("PUT /settings",                               Closed, Role,   Role,   Role,   Yes,    new { values = new Dictionary<string, string?> { ["Granary:Payments:Grace"] = "00:10:00" } }),
        new("GET /settings/history",                       Closed, Role,   Role,   Role,   Yes),
        new("POST /settings/rollback",                     Closed, Role,   Role,   Role,   Yes,    new { version = 0 }),
        new("GET /statistics",                             Closed, Role,   Role,   Yes,    Yes),
        new("GET /events",                                 Closed, Role,   Role,   Yes,    Yes, Scope: Scopes.EventsRead),
        new("POST /console/session",                       Open,   Yes,    Yes,    Yes,    Yes,    new { user_name = "", password = "" }),
        new("GET /console/session",                        Closed, Yes,    Yes,    Yes,    Yes),
        new("DELETE /console/session",                     Closed, Yes,    Yes,    Yes,    Yes),
        new("GET /",                                       Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /console/{**path}",                       Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /problems",                               Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /openapi/v1.json",                        Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /docs/{documentName?}",                   Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /docs/scalar.js",                         Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /docs/scalar.aspnetcore.js",              Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /docs/favicon.svg",                       Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /health/live",                            Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /health/ready",                           Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /metrics",                                Open,   Yes,    Yes,    Yes,    Yes),
        new("GET /dashboard/{**path}",                     Closed, Role,   Role,   Role,   Yes),
        new("GET /problems/{slug}",                        Open,   Yes,    Yes,    Yes,    Yes),
    ];
}
