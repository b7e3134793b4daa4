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

    /// <summary>A reading ends with the page that has so many candidates.</summary>
    private const int Enough = 50;

    /// <summary>How old what was read may be: an order that was paid meanwhile may have been placed before the others.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(250);

    private readonly Queue<(string OrderId, OrderPlace Place)> _paid = new();
    private readonly Dictionary<string, OrderPlace> _given = new(StringComparer.Ordinal);
    private Task? _reading;
    private long _readingsBegun;
    private bool _endsEarly;
    private long _readAt;

    /// <inheritdoc/>
    public async Task<Order?> ClaimNext(string by)
    {
        // Only a reading that begins after this call sees every order that is listed as paid by now.
        var first = _readingsBegun + 1;
        while (true)
        {
            while (IsFresh() && _paid.TryDequeue(out var candidate))
            {
                if (await PackAsync(candidate.OrderId, candidate.Place, by) is { } order)
                {
                    return order;
                }
            }

            if (_reading is { IsCompletedSuccessfully: true } && _readingsBegun >= first && _paid.Count == 0 && !_endsEarly)
            {
                return null;
            }

            await ReadAsync();
        }
    }

    private bool IsFresh() => clock.GetElapsedTime(_readAt) < Freshness;

    /// <summary>Has an order packed by the caller, unless it is no longer to be packed.</summary>
    private async Task<Order?> PackAsync(string orderId, OrderPlace place, string by)
    {
        _given[orderId] = place;
        try
        {
            return (await GrainFactory.Order(orderId).Pack(new OrderCommand(by) { IsAnew = true })).Order;
        }
        catch (DamagedDataException)
        {
            // Its events cannot be read, so it cannot be packed; it must not keep the others from being packed.
            return null;
        }
        catch
        {
            // It is not known whether it was packed. If not, the index names it again.
            _given.Remove(orderId);
            throw;
        }
    }

    /// <summary>Reads what is paid. Calls that come meanwhile wait for the same reading.</summary>
    private Task ReadAsync()
    {
        if (_reading is null or { IsCompleted: true })
        {
            _readingsBegun++;
            _reading = ReadPagesAsync();
        }

        return _reading;
    }

    private async Task ReadPagesAsync()
    {
        var (paid, found) = (new HashSet<string>(StringComparer.Ordinal), new List<(string OrderId, OrderPlace Place)>());
        var query = new OrderQuery { Limit = PageLength, Status = OrderStatus.Paid, OldestFirst = true };
        var before = _given.ToList();
        OrderIndexPage page;
        do
        {
            var next = query;
            page = await IndexReading.Of(() => index.ListAsync(next, CancellationToken.None));
            foreach (var entry in page.Entries)
            {
                var place = new OrderPlace(entry.CreatedAt, entry.OrderId);
                paid.Add(entry.OrderId);
                if (!_given.ContainsKey(entry.OrderId))
                {
                    found.Add((entry.OrderId, place));
                }

                query = query with { After = place };
            }
        }
        while (page.More && found.Count < Enough);

        // The index has followed, as far as it was read: what is not paid there any more needs no remembering.
        foreach (var (id, place) in before)
        {
            if (!paid.Contains(id) && (!page.More || IsUpTo(place, query.After!.Value)))
            {
                _given.Remove(id);
            }
        }

        _endsEarly = page.More;
        _readAt = clock.GetTimestamp();
        _paid.Clear();
        foreach (var candidate in found.Where(candidate => !_given.ContainsKey(candidate.OrderId)))
        {
            _paid.Enqueue(candidate);
        }
    }

    private static bool IsUpTo(OrderPlace place, OrderPlace last) =>
        place.CreatedAt < last.CreatedAt || (place.CreatedAt == last.CreatedAt && string.CompareOrdinal(place.OrderId, last.OrderId) <= 0);
}
