using System.Data.Common;
using Granary.Grains.Interfaces.Orders;
using Orleans.Concurrency;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// Answers lists of orders on whichever silo is asked. A list is mostly waiting for the database: with Orleans' one worker for each
/// core, lists would wait for one another while the database has time for more.
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
            // The driver's exceptions are not known where the front end is a process of its own.
            throw new OrderIndexUnavailableException($"The index of orders is out of reach: {fault.Message}");
        }
    }
}
