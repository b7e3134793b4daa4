using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Journal;

namespace Granary.Grains.Orders.Index;

/// <summary>Orders rebuilt from their events, without their grains.</summary>
internal static class OrderHistory
{
    /// <summary>
    /// The orders that events belong to, at the state after the last event. New orders come from their events alone; for others
    /// the whole history is read, a few events each, so that the result does not depend on earlier events that this process has
    /// seen.
    /// </summary>
    public static async Task<IReadOnlyList<OrderState>> AfterAsync(
        IJournal journal, IReadOnlyList<JournalRecord> events, CancellationToken cancellationToken)
    {
        var streams = events.GroupBy(record => record.Stream).ToList();
        var known = streams.Where(stream => stream.First().Version != 1).Select(stream => stream.Key).ToList();
        var histories = known.Count == 0 ? null : await journal.ReadStreamsAsync(known, cancellationToken);
        var orders = new List<OrderState>(streams.Count);
        foreach (var stream in streams)
        {
            var history = stream.First().Version == 1 ? stream : histories![stream.Key];
            Add(orders, stream.Key, history);
        }

        return orders;
    }

    /// <summary>
    /// The current state of the orders of journal streams. Streams without an order are left out, and damaged ones, which <c>verify</c>
    /// lists.
    /// </summary>
    public static async Task<IReadOnlyList<OrderState>> ReadAsync(
        IJournal journal, IReadOnlyCollection<string> streams, CancellationToken cancellationToken)
    {
        var orders = new List<OrderState>(streams.Count);
        foreach (var history in await journal.ReadStreamsAsync(streams, cancellationToken))
        {
            try
            {
                Add(orders, history.Key, history);
            }
            catch (DamagedRecordException)
            {
                // One order must not keep the others from being read.
            }
        }

        return orders;
    }

    private static void Add(List<OrderState> orders, string stream, IEnumerable<JournalRecord> history)
    {
        var state = Aggregate.Fold<OrderState, OrderEvent>(OrderState.Initial(JournalStream.KeyOf(stream)), history);
        if (state.Exists)
        {
            orders.Add(state);
        }
    }
}
