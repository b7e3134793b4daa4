namespace Granary.PaymentProvider;

/// <summary>What an operation does to a payment.</summary>
/// <param name="Payment">The payment after it.</param>
/// <param name="Status">What the caller is told.</param>
/// <param name="Event">The event about it, or null.</param>
/// <param name="Code">Why it was declined or rejected.</param>
internal sealed record Transition(LedgerPayment Payment, string Status, string? Event, string? Code = null)
{
    public static Transition Of(LedgerPayment payment, string kind, OperationRequest request, bool declines) => kind switch
    {
        "authorize" => Authorize(payment, request, declines),
        "capture" => Capture(payment, request.Amount ?? 0),
        "void" => Void(payment),
        _ => Refund(payment, request.Amount ?? 0),
    };

    private static Transition Authorize(LedgerPayment payment, OperationRequest request, bool declines)
    {
        // A void that came first stands: what it has closed is not opened by a call that was late.
        if (payment.Status != "none")
        {
            return Rejected(payment, "payment_" + payment.Status);
        }

        var asked = payment with { Amount = request.Amount ?? 0, Currency = request.Currency ?? "", ReturnUrl = request.ReturnUrl };
        return request.Token switch
        {
            _ when declines => new(asked with { Status = "declined" }, "declined", "declined", "card_declined"),
            "tok_declined" => new(asked with { Status = "declined" }, "declined", "declined", "insufficient_funds"),
            "tok_3ds" => new(asked with { Status = "requires_action" }, "requires_action", "action_required"),
            "tok_ok" or "tok_slow" => new(asked with { Status = "authorized", Authorized = asked.Amount }, "succeeded", "authorized"),
            _ => new(asked with { Status = "declined" }, "declined", "declined", "unknown_token"),
        };
    }

    private static Transition Capture(LedgerPayment payment, long amount) =>
        payment.Status == "expired" ? new(payment, "expired", null)
        : payment.Status != "authorized" || amount <= 0 || amount > payment.Authorized ? Rejected(payment, "payment_" + payment.Status)
        : new(payment with { Status = "captured", Authorized = 0, Captured = amount }, "succeeded", "captured");

    private static Transition Void(LedgerPayment payment) => payment.Status switch
    {
        "captured" => Rejected(payment, "payment_captured"),
        "expired" => new(payment, "expired", null),
        "voided" or "declined" => new(payment, "succeeded", null),
        _ => new(payment with { Status = "voided", Authorized = 0 }, "succeeded", "voided"),
    };

    private static Transition Refund(LedgerPayment payment, long amount) =>
        amount <= 0 || amount > payment.Captured - payment.Refunded
            ? Rejected(payment, "refund_exceeds_captured")
            : new(payment with { Refunded = payment.Refunded + amount }, "succeeded", "refunded");

    private static Transition Rejected(LedgerPayment payment, string code) => new(payment, "rejected", null, code);
}
