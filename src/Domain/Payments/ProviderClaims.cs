using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Payments;

/// <summary>Whether what a provider says is what a payment has recorded. News that the payment has gone beyond agrees with it.</summary>
internal static class ProviderClaims
{
    /// <summary>An event that the provider has sent by itself.</summary>
    public static bool Agree(PaymentState payment, ProviderEvent said) => said.Type switch
    {
        ProviderEventType.Authorized => payment.Status != PaymentStatus.Declined,
        ProviderEventType.ActionRequired => payment.Status != PaymentStatus.Created,
        ProviderEventType.Declined => payment.Status == PaymentStatus.Declined,
        ProviderEventType.Captured => payment.Captured > 0 && (said.Amount ?? payment.Captured) == payment.Captured,
        ProviderEventType.Voided => payment.Status is PaymentStatus.Voided or PaymentStatus.AuthorizationExpired,
        ProviderEventType.Refunded => payment.Refunded > 0 && (said.Amount ?? 0) <= payment.Refunded,
        ProviderEventType.RefundFailed => payment.Refunds.Any(refund => refund.Step == RefundStep.Failed),
        ProviderEventType.AuthorizationExpired => payment.Status is PaymentStatus.AuthorizationExpired or PaymentStatus.Voided,
        ProviderEventType.Disputed => false,
    };

    /// <summary>An answer about an operation that has its outcome already.</summary>
    public static bool Agree(PaymentState payment, PaymentOperation asked, ProviderAnswer answer) => (asked.Kind, answer) switch
    {
        (OperationKind.Authorize, ProviderAnswer.Authorized) => payment.Status != PaymentStatus.Declined,
        (OperationKind.Authorize, ProviderAnswer.ActionRequired) => true,
        (OperationKind.Authorize, ProviderAnswer.Declined or ProviderAnswer.Rejected or ProviderAnswer.Expired or ProviderAnswer.Voided) =>
            PaymentLifecycle.IsOver(payment.Status),
        (OperationKind.Capture, ProviderAnswer.Captured said) => payment.Captured == said.Amount,
        (OperationKind.Capture, ProviderAnswer.Rejected or ProviderAnswer.Expired) => payment.Captured == 0,
        (OperationKind.Void, ProviderAnswer.Voided or ProviderAnswer.Expired) => PaymentLifecycle.IsOver(payment.Status),
        (OperationKind.Void, ProviderAnswer.Rejected) => payment.Status != PaymentStatus.Voided,
        (OperationKind.Refund, ProviderAnswer.Refunded said) =>
            RefundOf(payment, asked) is { Step: RefundStep.Succeeded } refund && refund.Amount == said.Amount,
        (OperationKind.Refund, ProviderAnswer.Rejected) => RefundOf(payment, asked) is { Step: RefundStep.Failed },
        _ => false,
    };

    private static PaymentRefund? RefundOf(PaymentState payment, PaymentOperation asked)
    {
        foreach (var refund in payment.Refunds)
        {
            if (refund.Id == asked.Refund)
            {
                return refund;
            }
        }

        return null;
    }
}
