using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Orders;

/// <summary>
/// Where the money of an order is, computed here for the wallet and for external payments alike: a wallet's hold counts as
/// authorized, its capture as captured. Amounts are minor units.
/// </summary>
public static class OrderMoney
{
    /// <summary>What is set aside for the order, what was captured and what has gone back.</summary>
    public static OrderAmounts AmountsOf(OrderState order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return order.PaymentMethod switch
        {
            PaymentMethod.Wallet => OfWallet(order),
            PaymentMethod.External => new OrderAmounts(
                order.Total,
                order.Payments.Sum(payment => payment.Authorized),
                order.Payments.Sum(payment => payment.Captured),
                order.Payments.Sum(payment => payment.Refunded)),
        };
    }

    /// <summary>How far the order is paid.</summary>
    public static OrderPaymentStatus StatusOf(OrderState order)
    {
        var amounts = AmountsOf(order);
        return amounts switch
        {
            { Captured: > 0, Refunded: 0 } => OrderPaymentStatus.Paid,
            { Captured: > 0 } when amounts.Refunded < amounts.Captured => OrderPaymentStatus.PartiallyRefunded,
            { Captured: > 0 } => OrderPaymentStatus.Refunded,
            { Authorized: > 0 } => OrderPaymentStatus.Authorized,
            { Total: 0 } when order.HasPaid => OrderPaymentStatus.Paid,
            _ => OrderPaymentStatus.Unpaid,
        };
    }

    /// <summary>
    /// What can still be refunded: what the order lives on was captured, less every refund that was decided and has not failed. An
    /// order that is over gives everything back without a refund of its own.
    /// </summary>
    public static long Refundable(OrderState order)
    {
        ArgumentNullException.ThrowIfNull(order);
        var captured = OrderLifecycle.PhaseOf(order.Status) is not (ClaimPhase.Paid or ClaimPhase.Closed) ? 0
            : order.PaymentMethod == PaymentMethod.Wallet ? order.Total
            : order.PaidBy is { } payment ? order.PaymentOf(payment)?.Captured ?? 0
            : 0;
        return checked(captured - Decided(order));
    }

    /// <summary>
    /// The external payment that has paid the order has less than the total: its authorization ended before it was captured, or the provider
    /// has captured less.
    /// </summary>
    public static bool IsUncovered(OrderState order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return order.PaidBy is { } payment && order.PaymentOf(payment) is { } known && known.Authorized + known.Captured < order.Total;
    }

    private static long Decided(OrderState order) =>
        order.Refunds.Where(refund => refund.Status != RefundStatus.Failed).Sum(refund => refund.Amount);

    private static OrderAmounts OfWallet(OrderState order) => OrderLifecycle.PhaseOf(order.Status) switch
    {
        ClaimPhase.Secured => new(order.Total, order.Total, 0, 0),
        ClaimPhase.Paid or ClaimPhase.Closed => new(order.Total, 0, order.Total, Decided(order)),
        ClaimPhase.None => order.HasPaid ? new(order.Total, 0, order.Total, order.Total) : new(order.Total, 0, 0, 0),
    };
}
