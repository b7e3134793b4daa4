using System.Data.Common;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Orders.Index;
using Orleans.Concurrency;

namespace Granary.Grains.Orders;

/// <summary>
/// Draws paid orders from the index, the first placed first, and lets each be packed by the caller that it is for. The order decides: one
/// that is not paid any more, or that another desk has given out while the cluster changes, refuses, and the next is tried. So the desk
/// keeps nothing that must not be lost. It only remembers what it has given out until the index has followed, to not ask in vain.
/// </summary>
[Reentrant]
public sealed class PackingDeskGrain(OrderIndex index, TimeProvider clock) : Grain, IPackingDeskGrain
{
    private const int PageLength = 100;

    /// <summary>How old what was read may be: an order that was paid meanwhile may have been placed before the others.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(250);

    private readonly Queue<string> _paid = new();
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);
    private Task? _reading;
    private long _readAt;

    /// <inheritdoc/>
    public async Task<Order?> ClaimNext(string by)
    {
        for (var hasRead = false; ; hasRead = true)
        {
            while (IsFresh() && _paid.TryDequeue(out var orderId))
            {
                if (await PackAsync(orderId, by) is { } order)
                {
                    return order;
                }
            }

            if (hasRead && _paid.Count == 0)
            {
                return null;
            }

            await ReadAsync();
        }
    }

    private bool IsFresh() => clock.GetElapsedTime(_readAt) < Freshness;

    /// <summary>Has an order packed by the caller, unless it is no longer to be packed.</summary>
    private async Task<Order?> PackAsync(string orderId, string by)
    {
        _given.Add(orderId);
        try
        {
            return (await GrainFactory.Order(orderId).Pack(new OrderCommand(by) { IsAnew = true })).Order;
        }
        catch
        {
            // It is not known whether it was packed. If not, the index names it again.
            _given.Remove(orderId);
            throw;
        }
    }

    /// <summary>Reads what is paid. Calls that come meanwhile wait for the same reading.</summary>
    private Task ReadAsync() => _reading is { IsCompleted: false } ? _reading : _reading = ReadPagesAsync();

    private async Task ReadPagesAsync()
    {
        var (paid, found) = (new HashSet<string>(StringComparer.Ordinal), new List<string>());
        var query = new OrderQuery { Limit = PageLength, Status = OrderStatus.Paid, OldestFirst = true };
        var before = _given.ToList();
        OrderIndexPage page;
        do
        {
            try
            {
                page = await index.ListAsync(query, CancellationToken.None);
            }
            catch (DbException fault)
            {
                // The database driver's exceptions are unknown to a front end in a separate process.
                throw new OrderIndexUnavailableException($"The index of orders cannot be reached: {fault.Message}");
            }

            foreach (var entry in page.Entries)
            {
                paid.Add(entry.OrderId);
                if (!_given.Contains(entry.OrderId))
                {
                    found.Add(entry.OrderId);
                }

                query = query with { After = new OrderPlace(entry.CreatedAt, entry.OrderId) };
            }
        }
        while (page.More && found.Count == 0);

        if (!page.More)
        {
            // The index has followed: what is not paid there any more needs no remembering.
            _given.ExceptWith(before.Where(id => !paid.Contains(id)));
        }

        _readAt = clock.GetTimestamp();
        _paid.Clear();
        foreach (var id in found.Where(id => !_given.Contains(id)))
        {
            _paid.Enqueue(id);
        }
    }
}
