using Granary.Hosting;

namespace Granary.Orders;

/// <summary>The way from the endpoint to the saga that places orders.</summary>
public interface IOrderPlacing
{
    /// <summary>Places an order; see <see cref="PlacementSaga.PlaceAsync"/>.</summary>
    Task<OrderReply> PlaceAsync(string orderId, PlaceOrder command);
}

/// <summary>In a process that is a silo itself: without a call.</summary>
internal sealed class LocalPlacing(PlacementSaga saga) : IOrderPlacing
{
    public Task<OrderReply> PlaceAsync(string orderId, PlaceOrder command) =>
        RepeatedCalls.RunAsync(() => saga.PlaceAsync(orderId, command));
}

/// <summary>In a client of a cluster: on the silo where the order's grain starts.</summary>
internal sealed class GrainPlacing(IGrainFactory grains) : IOrderPlacing
{
    public Task<OrderReply> PlaceAsync(string orderId, PlaceOrder command) => grains.Order(orderId).Place(command);
}
