namespace Granary.Grains.Interfaces.Orders;

/// <summary>The way from a request to the saga that places orders, which needs no activation of the order.</summary>
public interface IOrderPlacing
{
    /// <summary>
    /// Places an order. Idempotent by its id: the same command again answers with the order as it stands,
    /// <see cref="OrderReply.Replayed"/> set.
    /// </summary>
    Task<OrderReply> PlaceAsync(string orderId, PlaceOrder command);
}
