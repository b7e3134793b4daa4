using Granary.Domain.Orders;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Grains.Orders;

/// <content>The order's money: what external payments say, and what is refunded.</content>
public sealed partial class OrderGrain
{
    /// <inheritdoc/>
    public async Task<OrderReply> Refund(RefundOrder request)
    {
        var isNew = false;
        var reply = await ActAsync(order =>
        {
            var decision = OrderPaymentDecisions.Refund(order, request, Now);
            isNew = decision.Events.Count > 0;
            return decision;
        });
        return reply with { Replayed = !isNew };
    }

    /// <inheritdoc/>
    public Task<OrderReply> StartPayment(OrderCommand command, string payment, long amount) =>
        ActAsync(order => OrderPaymentDecisions.StartPayment(order, command, payment, amount, payments.Of(order.SettingsVariant).Grace, Now));

    /// <inheritdoc/>
    public async Task<OrderStanding> FollowPayment(PaymentAccount account)
    {
        ArgumentNullException.ThrowIfNull(account);
        await LoadAsync();
        if (Decided.PaymentOf(account.Payment) is null)
        {
            // A stale activation must not ignore a payment that it has not read of.
            await RefreshAsync();
        }

        await RecordAsync(OrderPaymentDecisions.FollowPayment(Decided, account, Now), informed: account.Payment);
        return Durable.ToStanding();
    }
}
