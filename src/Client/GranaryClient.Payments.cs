namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>
    /// Pays an order with the external provider. The payment may still be open: <c>requires_action</c> until the payer has visited
    /// <see cref="Payment.NextAction"/>, <c>processing</c> while the provider has not said what became of it. A declined one is thrown as the
    /// problem <c>payment-declined</c>.
    /// </summary>
    /// <param name="orderId">The order, placed with <see cref="NewOrder.PaymentMethod"/> <c>external</c>.</param>
    /// <param name="token">The provider's one-time token for the payer's card. Never a card number.</param>
    /// <param name="capture"><c>automatic</c> or <c>manual</c>.</param>
    /// <param name="idempotencyKey">Identifies the payment: a second call with it returns the same payment. A new key by default.</param>
    public Task<Payment> PayOrderExternallyAsync(
        string orderId, string token, string capture = "automatic", string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"orders/{Segment(orderId)}/payments", Body(new NewPayment(token, capture), ClientJson.Default.NewPayment),
            ClientJson.Default.Payment, repeatable: true, cancellationToken, idempotencyKey ?? Guid.CreateVersion7().ToString());

    /// <summary>Reads a payment.</summary>
    public Task<Payment> GetPaymentAsync(string id, CancellationToken cancellationToken = default) =>
        GetAsync("payments/" + Segment(id), ClientJson.Default.Payment, cancellationToken);

    /// <summary>Reads the external payments of an order, the first started first.</summary>
    public async Task<IReadOnlyList<Payment>> ListPaymentsAsync(string orderId, CancellationToken cancellationToken = default) =>
        (await GetAsync($"orders/{Segment(orderId)}/payments", ClientJson.Default.PaymentPage, cancellationToken)).Data;

    /// <summary>Reads external payments, the newest first, page by page.</summary>
    /// <param name="needsAttention">Whether an operator must look at them; null for all.</param>
    /// <param name="status">Only payments of this status.</param>
    public IAsyncEnumerable<Payment> ListAllPaymentsAsync(
        bool? needsAttention = null, string? status = null, CancellationToken cancellationToken = default) =>
        PagesAsync(
            $"payments?{(needsAttention is { } needed ? $"needs_attention={(needed ? "true" : "false")}&" : "")}{(status is null ? "" : $"status={Uri.EscapeDataString(status)}&")}",
            ClientJson.Default.PaymentPage, cancellationToken);

    /// <summary>Says that what a payment needs attention for was looked at.</summary>
    /// <param name="reason">The <see cref="Payment.AttentionReason"/> that was looked at; refused if it is another one by now.</param>
    /// <param name="note">What was found or done.</param>
    public Task<Payment> AcknowledgePaymentAsync(string id, string reason, string note, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Post, $"payments/{Segment(id)}/acknowledge", Body(new Acknowledgement(reason, note), ClientJson.Default.Acknowledgement),
            ClientJson.Default.Payment, repeatable: true, cancellationToken);

    /// <summary>Reads what the last nightly comparison with the provider's list has found; the problem <c>not-found</c> before the first.</summary>
    public Task<Reconciliation> GetReconciliationAsync(CancellationToken cancellationToken = default) =>
        GetAsync("payments/reconciliation", ClientJson.Default.Reconciliation, cancellationToken);

    /// <summary>Captures what is authorized. It may be done later: <c>capturing</c> until then.</summary>
    public Task<Payment> CapturePaymentAsync(string id, CancellationToken cancellationToken = default) => ChangePaymentAsync(id, "capture", cancellationToken);

    /// <summary>Gives up what is authorized, unless the order lives on it. It may be done later: <c>voiding</c> until then.</summary>
    public Task<Payment> VoidPaymentAsync(string id, CancellationToken cancellationToken = default) => ChangePaymentAsync(id, "void", cancellationToken);

    /// <summary>Refunds a part of what was captured for an order, from the wallet or by the provider.</summary>
    /// <param name="idempotencyKey">Identifies the refund: a second call with it returns the same refund. A new key by default.</param>
    /// <returns>The refund; <c>pending</c> while the provider has not confirmed it.</returns>
    public Task<Refund> RefundOrderAsync(
        string orderId, Money amount, string reason, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"orders/{Segment(orderId)}/refunds", Body(new NewRefund(amount, reason), ClientJson.Default.NewRefund),
            ClientJson.Default.Refund, repeatable: true, cancellationToken, idempotencyKey ?? Guid.CreateVersion7().ToString());

    private Task<Payment> ChangePaymentAsync(string id, string change, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"payments/{Segment(id)}/{change}", null, ClientJson.Default.Payment, repeatable: true, cancellationToken);
}
