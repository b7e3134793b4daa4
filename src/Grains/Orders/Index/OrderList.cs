using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Journal;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// Lists of orders: the index selects and sorts them, their events supply the content. Each order is shown at the version that
/// the index has, so a list of pending orders contains no paid one.
/// </summary>
public sealed class OrderList(OrderIndex index, IJournal journal)
{
    /// <summary>A page of orders and whether more follow.</summary>
    /// <exception cref="JournalUnavailableException">The journal cannot be reached.</exception>
    public async Task<OrderPage> ReadAsync(OrderQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        while (true)
        {
            var page = await index.ListAsync(query, cancellationToken);
            var orders = await OrdersOfAsync(page.Entries, cancellationToken);
            if (orders.Count > 0 || !page.More)
            {
                return new OrderPage(orders, page.More);
            }

            // After a restore the index may contain orders that the journal does not; they must not end the list.
            var last = page.Entries[^1];
            query = query with { After = new OrderPlace(query.IsByChange ? last.UpdatedAt : last.CreatedAt, last.OrderId) };
        }
    }

    private async Task<IReadOnlyList<Order>> OrdersOfAsync(IReadOnlyList<OrderIndexEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            return [];
        }

        var histories = await journal.ReadStreamsAsync([.. entries.Select(entry => JournalStream.OfOrder(entry.OrderId))], cancellationToken);
        var orders = new List<Order>(entries.Count);
        foreach (var entry in entries)
        {
            var history = histories[JournalStream.OfOrder(entry.OrderId)].Where(record => record.Version <= entry.Version);
            if (OrderOf(entry.OrderId, history) is { Exists: true } order)
            {
                orders.Add(order.ToOrder());
            }
        }

        return orders;
    }

    /// <summary>An order; null where its events are damaged: the other orders are listed.</summary>
    private static OrderState? OrderOf(string orderId, IEnumerable<JournalRecord> history)
    {
        try
        {
            return Aggregate.Fold<OrderState, OrderEvent>(OrderState.Initial(orderId), history);
        }
        catch (DamagedRecordException)
        {
            return null;
        }
    }
}
