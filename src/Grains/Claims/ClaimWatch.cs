namespace Granary.Grains.Claims;

/// <summary>
/// Which orders a stock item or wallet must ask about, and when. Held in memory only: a fresh activation asks about every
/// claim it finds.
/// </summary>
internal sealed class ClaimWatch
{
    private readonly PriorityQueue<Watched, DateTimeOffset> _queue = new();

    /// <summary>Orders that wait to be asked about.</summary>
    public int Count => _queue.Count;

    /// <summary>Asks about an order at a time, if one of its attempts is still pending then.</summary>
    public void Add(string orderId, DateTimeOffset due) => _queue.Enqueue(new Watched(orderId, Always: false), due);

    /// <summary>Asks about an order at a time, whatever its claim looks like then.</summary>
    public void AddAlways(string orderId, DateTimeOffset due) => _queue.Enqueue(new Watched(orderId, Always: true), due);

    /// <summary>Takes the orders that are due, at most <paramref name="limit"/>.</summary>
    public List<Watched> TakeDue(DateTimeOffset now, int limit)
    {
        var due = new List<Watched>();
        while (due.Count < limit && _queue.TryPeek(out var watched, out var at) && at <= now)
        {
            _queue.Dequeue();
            due.Add(watched);
        }

        return due;
    }

    /// <summary>An order to ask about.</summary>
    /// <param name="Always">Whether to ask although none of its attempts is pending.</param>
    internal readonly record struct Watched(string OrderId, bool Always);
}
