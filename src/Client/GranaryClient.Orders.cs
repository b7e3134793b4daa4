namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Places an order.</summary>
    /// <param name="order">The order to place.</param>
    /// <param name="idempotencyKey">
    /// Identifies the order: a second call with it returns the same order. A new key by default.
    /// </param>
    public Task<Order> PlaceOrderAsync(
        NewOrder order, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, "orders", Body(order, ClientJson.Default.NewOrder), ClientJson.Default.Order,
            repeatable: true, cancellationToken, idempotencyKey ?? Guid.CreateVersion7().ToString());

    /// <summary>Reads an order.</summary>
    public Task<Order> GetOrderAsync(string id, CancellationToken cancellationToken = default) =>
        GetAsync("orders/" + Segment(id), ClientJson.Default.Order, cancellationToken);

    /// <summary>Reads all orders the caller may see, newest first, page by page.</summary>
    /// <param name="status">Only orders in this status; null for all.</param>
    public IAsyncEnumerable<Order> ListOrdersAsync(string? status = null, CancellationToken cancellationToken = default) =>
        PagesAsync(status is null ? "orders?" : $"orders?status={Segment(status)}&", ClientJson.Default.OrderPage, cancellationToken);

    /// <summary>Amends a pending order if it is still at the version that the caller has read.</summary>
    public Task<Order> AmendOrderAsync(
        string id, long version, OrderAmendment amendment, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Put, "orders/" + Segment(id), Body(amendment, ClientJson.Default.OrderAmendment),
            ClientJson.Default.Order, repeatable: false, cancellationToken, version: version);

    /// <summary>Cancels an order; captured money is refunded.</summary>
    public Task<Order> CancelOrderAsync(string id, string? reason = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Delete, "orders/" + Segment(id), Body(new CancelOrder(reason), ClientJson.Default.CancelOrder),
            ClientJson.Default.Order, repeatable: true, cancellationToken);

    /// <summary>Pays an order from the wallet.</summary>
    public Task<Order> PayOrderAsync(string id, CancellationToken cancellationToken = default) =>
        StepAsync(id, "pay", null, cancellationToken);

    /// <summary>Starts packing an order.</summary>
    public Task<Order> PackOrderAsync(string id, CancellationToken cancellationToken = default) =>
        StepAsync(id, "pack", null, cancellationToken);

    /// <summary>Hands an order to a carrier.</summary>
    public Task<Order> ShipOrderAsync(
        string id, string carrier, string trackingNumber, CancellationToken cancellationToken = default) =>
        StepAsync(id, "ship", Body(new ShipOrder(carrier, trackingNumber), ClientJson.Default.ShipOrder), cancellationToken);

    /// <summary>Records that the order has arrived.</summary>
    public Task<Order> ReceiveOrderAsync(string id, CancellationToken cancellationToken = default) =>
        StepAsync(id, "receive", null, cancellationToken);

    /// <summary>Closes a received order.</summary>
    public Task<Order> CompleteOrderAsync(string id, CancellationToken cancellationToken = default) =>
        StepAsync(id, "complete", null, cancellationToken);

    // Repeating the step that led to the current status changes nothing, so a step may always be repeated.
    private Task<Order> StepAsync(string id, string step, Func<HttpContent>? body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"orders/{Segment(id)}/{step}", body, ClientJson.Default.Order, repeatable: true, cancellationToken);
}
