using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Journal;
using Orleans.Concurrency;

namespace Granary.Grains.Orders.Index;

/// <summary>Answers on the silo that receives the call, as <see cref="OrderIndexGrain"/> does.</summary>
[StatelessWorker(maxLocalWorkers: 16)]
public sealed class OrderSearchGrain(OrderList orders, OrderIndex index, IJournal journal) : Grain, IOrderSearchGrain
{
    /// <inheritdoc/>
    public Task<OrderPage> List(OrderQuery query) => IndexReading.Of(() => orders.ReadAsync(query, CancellationToken.None));

    /// <inheritdoc/>
    public Task<OrderPlace?> PlaceOf(string orderId) => IndexReading.Of(async () =>
        await index.ReadAsync([orderId], CancellationToken.None) is [var entry] ? new OrderPlace(entry.CreatedAt, orderId) : (OrderPlace?)null);

    /// <inheritdoc/>
    public async Task<OrderReply> GetAsOf(string orderId, string? owner, long? version, DateTimeOffset? at)
    {
        var history = await journal.ReadStreamAsync(OrderState.StreamOf(orderId), 0);
        var order = version is { } number ? OrderAsOf.Version(orderId, history, number)
            : at is { } time ? OrderAsOf.Time(orderId, history, time)
            : throw new ArgumentException("Either a version or a time must be given.", nameof(version));
        return order is not null && (owner is null || owner == order.UserId) ? new OrderReply(order.ToOrder()) : new NotFound();
    }
}
