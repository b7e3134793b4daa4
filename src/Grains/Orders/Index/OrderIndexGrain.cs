using Granary.Grains.Interfaces.Orders;
using Orleans.Concurrency;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// Answers order lists on the silo that receives the call. A list mostly waits for the database: with Orleans' default of one
/// worker per core, lists would wait for each other while the database has capacity left.
/// </summary>
[StatelessWorker(maxLocalWorkers: 16)]
public sealed class OrderIndexGrain(OrderList orders) : Grain, IOrderIndexGrain
{
    /// <inheritdoc/>
    public Task<OrderPage> List(OrderQuery query) => IndexReading.Of(() => orders.ReadAsync(query, CancellationToken.None));
}
