using Granary.Grains.Interfaces.Payments;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace Granary.Grains.Interfaces.Orders;

/// <summary>
/// One order, keyed by its id. It decides with its own state machine and keeps its claims on stock and money aligned with its
/// decisions: see <c>docs/architecture.md</c>.
/// </summary>
[Alias("granary.order-grain"), Version(1)]
public interface IOrderGrain : IGrainWithStringKey
{
    /// <summary>
    /// Places the order: reserves every line, holds the total, records the order. Idempotent by the grain's id: a repeated
    /// command returns the current order with <see cref="OrderReply.Replayed"/> set.
    /// </summary>
    [Alias("place"), Idempotent]
    Task<OrderReply> Place(PlaceOrder command);

    /// <summary>
    /// The durable state of the order; <see cref="NotFound"/> if no order exists, or none that belongs to
    /// <paramref name="owner"/>.
    /// </summary>
    /// <param name="owner">The user who must own it, or null for staff.</param>
    [Alias("get"), Idempotent, AlwaysInterleave]
    Task<OrderReply> Get(string? owner);

    /// <summary>Captures the hold; the reserved stock becomes sold.</summary>
    [Alias("pay"), Idempotent]
    Task<OrderReply> Pay(OrderCommand command);

    [Alias("pack"), Idempotent]
    Task<OrderReply> Pack(OrderCommand command);

    [Alias("ship"), Idempotent]
    Task<OrderReply> Ship(OrderCommand command, Tracking tracking);

    [Alias("receive"), Idempotent]
    Task<OrderReply> Receive(OrderCommand command);

    [Alias("complete"), Idempotent]
    Task<OrderReply> Complete(OrderCommand command);

    /// <summary>Cancels the order: reservations are released, captured money is refunded and sold units are restocked.</summary>
    [Alias("cancel"), Idempotent]
    Task<OrderReply> Cancel(OrderCommand command, string? reason);

    /// <summary>Amends a pending order. The difference is reserved or released and the hold adjusted, all or nothing.</summary>
    [Alias("amend")]
    Task<OrderReply> Amend(OrderCommand command, OrderAmendment amendment);

    /// <summary>Refunds part of what was captured. A wallet has it at once; a provider has to confirm it, so it may stay pending.</summary>
    [Alias("refund"), Idempotent]
    Task<OrderReply> Refund(RefundOrder request);

    /// <summary>Admits an external payment of the whole total: the order waits for it and is not amended. One at a time.</summary>
    /// <param name="payment">The payment, of which nothing was sent to the provider yet.</param>
    /// <param name="amount">Its amount in minor units.</param>
    [Alias("start-payment"), Idempotent]
    Task<OrderReply> StartPayment(OrderCommand command, string payment, long amount);

    /// <summary>Takes over what an external payment says of its money, and answers with the standing that the order has after it.</summary>
    [Alias("follow-payment"), Idempotent]
    Task<OrderStanding> FollowPayment(PaymentAccount account);

    /// <summary>Expires the order if it is unpaid and its deadline has passed; otherwise changes nothing.</summary>
    [Alias("expire"), Idempotent]
    Task<OrderReply> Expire();

    /// <summary>
    /// What the order has decided on an attempt. A stock item or a user asks while it still keeps a reservation or hold for it.
    /// An attempt that is neither in flight nor accepted is voided durably first, so that it can never be accepted later.
    /// </summary>
    [Alias("verdict"), AlwaysInterleave]
    Task<OrderStanding> CheckBack(long attempt);
}
