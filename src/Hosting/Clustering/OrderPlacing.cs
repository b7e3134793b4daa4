using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Orders;

namespace Granary.Hosting.Clustering;

/// <summary>
/// Places orders in a process that is a silo itself: without a call. It repeats nothing: the saga makes further attempts, and its
/// calls to participants are repeated like those of every endpoint (<see cref="RepeatedCalls"/>).
/// </summary>
internal sealed class LocalPlacing(PlacementSaga saga) : IOrderPlacing
{
    public Task<OrderReply> PlaceAsync(string orderId, PlaceOrder command) => saga.PlaceAsync(orderId, command);
}

/// <summary>Places orders from a client of a cluster: on the silo where the order's grain starts.</summary>
internal sealed class GrainPlacing(IGrainFactory grains) : IOrderPlacing
{
    public Task<OrderReply> PlaceAsync(string orderId, PlaceOrder command) => grains.Order(orderId).Place(command);
}
