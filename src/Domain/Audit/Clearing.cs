using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Users;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Audit;

/// <summary>
/// Holds what orders say of their money against what wallets and payments say: over the whole journal it is the same to the cent,
/// up to what is still under way. Amounts are minor units.
/// </summary>
/// <param name="orders">Every order, by id.</param>
/// <param name="users">Every user.</param>
/// <param name="payments">Every external payment, by id.</param>
/// <param name="placeOf">What a finding says of where a stream is; null for nothing.</param>
public sealed class Clearing(
    IReadOnlyDictionary<string, OrderState> orders,
    IEnumerable<UserState> users,
    IReadOnlyDictionary<string, PaymentState> payments,
    Func<string, string>? placeOf = null)
{
    private readonly List<string> _violations = [];
    private readonly List<string> _lagging = [];

    /// <summary>What must never be.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>What is under way, or waits for an operator.</summary>
    public IReadOnlyList<string> Lagging => _lagging;

    /// <summary>Judges every payment, every order with payments, and the sums.</summary>
    public void Judge()
    {
        foreach (var payment in payments.Values.Where(payment => payment.Exists))
        {
            JudgePayment(payment);
        }

        foreach (var order in orders.Values.Where(order => order is { Exists: true, PaymentMethod: PaymentMethod.External }))
        {
            JudgeOrder(order);
        }

        JudgeSums();
    }

    private void JudgePayment(PaymentState payment)
    {
        var name = $"Payment {payment.Id}{placeOf?.Invoke(JournalStream.OfPayment(payment.Id))}";
        Demand(
            payment is { Authorized: >= 0, Captured: >= 0, Refunded: >= 0 } && payment.Refunded <= payment.Captured,
            $"{name}: {payment.Refunded} went back of {payment.Captured} captured.");

        // A provider that takes more than it was asked for is no fault of the journal: the payment is given back, or an operator is called and has looked at it.
        Demand(
            payment.Authorized + payment.Captured - payment.Refunded <= payment.Amount || payment.IsGivenUp || (payment.NeedsAttention ?? payment.Acknowledged) is not null,
            $"{name}: {payment.Authorized} and {payment.Captured} were taken of {payment.Amount}, and {payment.Refunded} went back.");
        Expect(payment.NeedsAttention is null, $"{name}: an operator must look at it: {payment.NeedsAttention}.");
        if (!payment.HasOrder)
        {
            Expect(
                payment.Authorized + payment.Captured - payment.Refunded == 0,
                $"{name}: it is of no order, and {payment.Authorized + payment.Captured - payment.Refunded} is not given back yet.");
            return;
        }

        if (orders.GetValueOrDefault(payment.OrderId) is not { Exists: true } order)
        {
            Demand(false, $"{name}: order {payment.OrderId} does not exist.");
            return;
        }

        Demand(order.PaymentMethod == PaymentMethod.External, $"{name}: order {order.Id} is paid from the wallet.");
        Demand(
            payment.Operations == 0 || order.PaymentOf(payment.Id) is not null,
            $"{name}: the provider was asked although order {order.Id} has not admitted it.");
        JudgeWhatTheOrderKnows(name, payment, order);
        var livesOnIt = order.PaidBy == payment.Id && OrderLifecycle.PhaseOf(order.Status) != ClaimPhase.None;
        var isWaitedFor = order.OpenPayment == payment.Id && OrderLifecycle.PhaseOf(order.Status) != ClaimPhase.None;
        Expect(
            livesOnIt || isWaitedFor || payment.Authorized + payment.Captured - payment.Refunded == 0,
            $"{name}: {payment.Authorized} is set aside and {payment.Captured - payment.Refunded} kept, and order {order.Id} does not live on it.");
        if (livesOnIt)
        {
            var decided = order.Refunds.Where(refund => refund.Status != RefundStatus.Failed).Sum(refund => refund.Amount);
            Demand(payment.Refunded <= decided, $"{name}: {payment.Refunded} went back; order {order.Id} has decided on {decided}.");
            Expect(payment.Refunded == decided, $"{name}: {payment.Refunded} went back of {decided} that order {order.Id} has decided on.");
        }
    }

    /// <summary>The order's account of a payment is the payment's own at the version that it names, or an earlier one.</summary>
    private void JudgeWhatTheOrderKnows(string name, PaymentState payment, OrderState order)
    {
        if (order.PaymentOf(payment.Id) is not { } known)
        {
            return;
        }

        var agree = (known.Authorized, known.Captured, known.Refunded) == (payment.Authorized, payment.Captured, payment.Refunded);
        Demand(known.Version <= payment.Version, $"{name}: order {order.Id} knows version {known.Version} of {payment.Version}.");
        Demand(known.Version < payment.Version || agree, $"{name}: order {order.Id} has other amounts at version {known.Version}.");
        Demand(
            known.Captured <= payment.Captured && known.Refunded <= payment.Refunded,
            $"{name}: order {order.Id} knows of more than was captured or refunded.");
        Expect(agree, $"{name}: order {order.Id} does not know yet where its money is.");
    }

    private void JudgeOrder(OrderState order)
    {
        var name = $"Order {order.Id}{placeOf?.Invoke(JournalStream.OfOrder(order.Id))}";
        foreach (var known in order.Payments.Where(known => !payments.ContainsKey(known.Id)))
        {
            Demand(false, $"{name}: payment {known.Id} is not in the journal.");
        }

        var mine = order.Payments.Where(known => payments.ContainsKey(known.Id)).Select(known => payments[known.Id]).ToList();
        var kept = mine.Sum(payment => payment.Captured - payment.Refunded);
        Expect(kept <= order.Total, $"{name}: {kept} was taken for {order.Total}.");
        if (OrderLifecycle.PhaseOf(order.Status) is not (ClaimPhase.Paid or ClaimPhase.Closed) || order.Total == 0)
        {
            return;
        }

        if (order.PaidBy is not { } paidBy || !payments.TryGetValue(paidBy, out var payment))
        {
            Demand(false, $"{name}: it is {order.Status} and no payment has paid it.");
            return;
        }

        // An authorization that the provider dropped, or that an operator must look at, is no fault of the journal.
        Expect(
            payment.Authorized + payment.Captured == order.Total,
            $"{name}: payment {paidBy} has {payment.Authorized} set aside and {payment.Captured} captured of {order.Total}.");
        Demand(
            payment.Authorized + payment.Captured == order.Total || (payment.NeedsAttention ?? payment.Acknowledged) is not null || payment.IsGivenUp,
            $"{name}: it is {order.Status} and payment {paidBy} has {payment.Authorized + payment.Captured} of {order.Total}.");
    }

    /// <summary>The sums of both sides, up to what orders have not been told yet, which is counted payment by payment.</summary>
    private void JudgeSums()
    {
        var ofOrders = Sum(orders.Values.Where(order => order is { Exists: true, PaymentMethod: PaymentMethod.External }).Select(order =>
        {
            var amounts = OrderMoney.AmountsOf(order);
            return amounts.Captured - amounts.Refunded;
        }));
        var mine = payments.Values.Where(payment => payment is { Exists: true, HasOrder: true }).ToList();
        var ofPayments = Sum(mine.Select(payment => payment.Captured - payment.Refunded));
        var untold = Sum(mine.Select(payment =>
            payment.Captured - payment.Refunded
            - (orders.GetValueOrDefault(payment.OrderId)?.PaymentOf(payment.Id) is { } known ? known.Captured - known.Refunded : 0)));
        Demand(
            ofOrders + untold == ofPayments,
            $"Orders have {ofOrders} from external payments, and these have kept {ofPayments}, of which orders do not know {untold}.");
        foreach (var user in users)
        {
            Demand(user.Refunded <= user.Spent, $"Wallet of {user.Id}: {user.Refunded} went back of {user.Spent} spent.");
        }
    }

    private static Int128 Sum(IEnumerable<long> amounts) => amounts.Aggregate(Int128.Zero, (sum, amount) => sum + amount);

    private void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            _violations.Add(otherwise);
        }
    }

    private void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            _lagging.Add(otherwise);
        }
    }
}
