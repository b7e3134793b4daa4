using System.Data.Common;
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
    public async Task<OrderPage> List(OrderQuery query)
    {
        try
        {
            return await orders.ReadAsync(query, CancellationToken.None);
        }
        catch (DbException fault)
        {
            // The database driver's exceptions are unknown to a front end in a separate process.
            throw new OrderIndexUnavailableException($"The index of orders cannot be reached: {fault.Message}");
        }
    }
}
