namespace Granary.Grains.Claims;

/// <summary>
/// Which orders a stock item or wallet must ask about, and when, by the monotonic clock. It is held only in memory: a new
/// activation asks about every claim it finds.
/// </summary>
internal sealed class ClaimWatch
{
    private readonly PriorityQueue<Watched, TimeSpan> _queue = new();

    /// <summary>Number of scheduled orders.</summary>
    public int Count => _queue.Count;

    /// <summary>Schedules a question about an order, to be asked if one of its attempts is still pending then.</summary>
    public void Add(string orderId, TimeSpan due) => _queue.Enqueue(new Watched(orderId, Always: false), due);

    /// <summary>Schedules a question about an order, to be asked whatever its claim looks like then.</summary>
    public void AddAlways(string orderId, TimeSpan due) => _queue.Enqueue(new Watched(orderId, Always: true), due);

    /// <summary>Takes the orders that are due, at most <paramref name="limit"/>.</summary>
    public List<Watched> TakeDue(TimeSpan now, int limit)
    {
        var due = new List<Watched>();
        while (due.Count < limit && _queue.TryPeek(out var watched, out var at) && at <= now)
        {
            _queue.Dequeue();
            due.Add(watched);
        }

        return due;
    }

    /// <summary>A scheduled order.</summary>
    /// <param name="Always">Whether to ask even if none of its attempts is pending.</param>
    internal readonly record struct Watched(string OrderId, bool Always);
}
