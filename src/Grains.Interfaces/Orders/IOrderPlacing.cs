namespace Granary.Grains.Interfaces.Orders;

/// <summary>Gives requests access to the saga that places orders, which needs no activation of the order.</summary>
public interface IOrderPlacing
{
    /// <summary>
    /// Places an order. Idempotent by its id: a repeated command returns the current order with <see cref="OrderReply.Replayed"/>
    /// set.
    /// </summary>
    Task<OrderReply> PlaceAsync(string orderId, PlaceOrder command);
}
