using Granary.Api.Traffic;

namespace Granary.Api.Orders;

/// <summary>
/// Bounds the streams of events that are open at a time, per network, per user and per order: each holds a connection and memory for as
/// long as its caller wants.
/// </summary>
public sealed class StreamPlaces(TrafficOptions options)
{
    private readonly Places _networks = new(options.MaxStreamsPerNetwork);
    private readonly Places _users = new(options.MaxStreamsPerUser);
    private readonly Places _orders = new(options.MaxStreamsPerOrder);

    /// <summary>Takes a place of all three; of the first two where the stream is of no single order.</summary>
    /// <returns>The place, which must be disposed of; null if there is none.</returns>
    public IDisposable? TryEnter(string network, string userId, string? orderId)
    {
        if (!_networks.TryEnter(network))
        {
            return null;
        }

        if (_users.TryEnter(userId))
        {
            if (orderId is null || _orders.TryEnter(orderId))
            {
                return new Place(this, network, userId, orderId);
            }

            _users.Leave(userId);
        }

        _networks.Leave(network);
        return null;
    }

    private sealed class Place(StreamPlaces places, string network, string userId, string? orderId) : IDisposable
    {
        public void Dispose()
        {
            places._networks.Leave(network);
            places._users.Leave(userId);
            if (orderId is not null)
            {
                places._orders.Leave(orderId);
            }
        }
    }
}
