using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Orders;

/// <summary>
/// The rules of an order about its money: which external payment it waits for, when that has paid it, and what is refunded. Pure.
/// The order decides, payments and wallets follow its standing.
/// </summary>
public static class OrderPaymentDecisions
{
    /// <summary>The most payments of one order: each is kept for good. A caller whose cards are all declined places another order.</summary>
    public const int MostPayments = 20;

    /// <summary>Why an order has no external payment, where its status permits that it is paid.</summary>
    public const string PaidFromWallet = "The order is paid from the wallet, not by an external payment.";

    /// <summary>
    /// Admits an external payment of the whole total: from here on the order waits for it and is not amended. One at a time. A payment that was
    /// admitted and has sent nothing since is admitted again only while the order still waits for it.
    /// </summary>
    /// <param name="payment">The payment, of which nothing was sent to the provider yet.</param>
    /// <param name="amount">Its amount in minor units; the order must not have been amended since the payment was created.</param>
    /// <param name="grace">How much longer the order waits if the payment is under way at its deadline; once.</param>
    public static Decision<OrderEvent> StartPayment(
        OrderState order, OrderCommand command, string payment, long amount, TimeSpan grace, DateTimeOffset now) =>
        OrderDecisions.AsOf(now, order, due =>
            OrderDecisions.Guard(due, command, command.Precondition) is { } refusal ? refusal
            : OrderLifecycle.Next(due.Status, OrderTrigger.Pay) is null ? OrderDecisions.Illegal(due)
            : due.PaymentMethod != PaymentMethod.External ? OrderDecisions.Illegal(due) with { Reason = PaidFromWallet }
            : due.OpenPayment == payment ? Decision<OrderEvent>.Unchanged
            : due.OpenPayment is { } open ? new PaymentInProgress(open)
            : due.Payments.Length >= MostPayments || due.PaymentOf(payment) is not null ? OrderDecisions.Illegal(due)
            : due.Total != amount ? new StaleVersion(due.VisibleVersion)
            : new OrderPaymentStarted(command.By, payment, due.IsExtended ? null : due.ExpiresAt + grace));

    /// <summary>
    /// Takes over what an external payment says of its money, by the payment's version: late, twice or out of order, it ends the same.
    /// A payment that has secured the total pays the order while it may still be paid; for one that may not, the order's standing
    /// tells the payment to give the money back.
    /// </summary>
    public static Decision<OrderEvent> FollowPayment(OrderState order, PaymentAccount account, DateTimeOffset now) =>
        OrderDecisions.AsOf(now, order, due =>
        {
            if (due.PaymentOf(account.Payment) is not { } known || account.Version <= known.Version)
            {
                return Decision<OrderEvent>.Unchanged;
            }

            var events = new List<OrderEvent>();
            var said = new OrderPayment(
                account.Payment, account.Version, account.Authorized, account.Captured, account.Refunded, account.IsOver);
            if (said with { Version = known.Version } != known)
            {
                events.Add(new OrderPaymentUpdated(
                    UserId.System, said.Id, said.Version, said.Authorized, said.Captured, said.Refunded, said.IsOver ? true : null));
            }

            if (account.IsSecured
                && due.OpenPayment == account.Payment
                && OrderLifecycle.Next(due.Status, OrderTrigger.Pay) is not null
                && account.Authorized + account.Captured >= due.Total)
            {
                events.Add(new OrderPaid(due.UserId, account.Payment));
            }

            events.AddRange(
                from concluded in account.Refunds
                join refund in due.Refunds on concluded.Id equals refund.Id
                where refund.Status == RefundStatus.Pending
                select Concluded(concluded));
            return Decision<OrderEvent>.Of(events);
        });

    /// <summary>
    /// Refunds part of what was captured, never more: what was decided before counts, whether it has arrived or not. A wallet has it
    /// as soon as it follows the order's standing; a provider has to confirm it.
    /// </summary>
    public static Decision<OrderEvent> Refund(OrderState order, RefundOrder request, DateTimeOffset now) =>
        OrderDecisions.AsOf(now, order, due =>
        {
            if (OrderDecisions.Guard(due, request.Command, Precondition.None) is { } refusal)
            {
                return refusal;
            }

            if (due.Refunds.FirstOrDefault(decided => decided.Id == request.Id) is { } earlier)
            {
                return (earlier.Amount, earlier.Reason) == (request.Amount, request.Reason)
                    ? Decision<OrderEvent>.Unchanged
                    : new IdempotencyKeyReused();
            }

            if (request.Command.Precondition.Check(due.VisibleVersion) is { } stale)
            {
                return stale;
            }

            if (OrderLifecycle.PhaseOf(due.Status) is not (ClaimPhase.Paid or ClaimPhase.Closed))
            {
                return OrderDecisions.Illegal(due);
            }

            if (request.Amount <= 0)
            {
                return new InvalidValue("amount", "must be more than 0.");
            }

            var refundable = OrderMoney.Refundable(due);
            if (request.Amount > refundable)
            {
                return new RefundExceedsCaptured(refundable);
            }

            var requested = new OrderRefundRequested(request.Command.By, request.Id, request.Amount, request.Reason);
            return due.PaymentMethod == PaymentMethod.Wallet
                ? Decision<OrderEvent>.Of([requested, new OrderRefundSucceeded(UserId.System, request.Id)])
                : requested;
        });

    private static OrderEvent Concluded(ConcludedRefund concluded) => concluded.Code is { } code
        ? new OrderRefundFailed(UserId.System, concluded.Id, code)
        : new OrderRefundSucceeded(UserId.System, concluded.Id);
}
