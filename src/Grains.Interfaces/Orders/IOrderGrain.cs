using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace Granary.Grains.Interfaces.Orders;

/// <summary>
/// One order, keyed by its id. It decides by its own state machine and keeps what it takes elsewhere (stock, money) in step
/// with what it has decided: see <c>docs/architecture.md</c>.
/// </summary>
[Alias("granary.order-grain"), Version(1)]
public interface IOrderGrain : IGrainWithStringKey
{
    /// <summary>
    /// Places the order: reserves every line, holds the total, records the order. Idempotent by the grain's id: the same
    /// command again answers with the order as it stands, <see cref="OrderReply.Replayed"/> set.
    /// </summary>
    [Alias("place"), Idempotent]
    Task<OrderReply> Place(PlaceOrder command);

    /// <summary>The order as it is durable; <see cref="NotFound"/> when there is none, or none for <paramref name="owner"/>.</summary>
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

    /// <summary>Cancels: what was reserved is released, what was paid is refunded and restocked.</summary>
    [Alias("cancel"), Idempotent]
    Task<OrderReply> Cancel(OrderCommand command, string? reason);

    /// <summary>Amends a pending order. The difference is reserved or released and the hold adjusted, all or nothing.</summary>
    [Alias("amend")]
    Task<OrderReply> Amend(OrderCommand command, OrderAmendment amendment);

    /// <summary>Expires the order if it is unpaid and its deadline has passed; otherwise changes nothing.</summary>
    [Alias("expire"), Idempotent]
    Task<OrderReply> Expire();

    /// <summary>
    /// The verdict on an attempt, asked by a stock item or a user that still keeps something for it. An attempt that is not
    /// in flight and did not win is voided durably first, so that it can never win later.
    /// </summary>
    [Alias("verdict"), AlwaysInterleave]
    Task<OrderStanding> Verdict(long attempt);
}
