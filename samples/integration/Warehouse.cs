using Granary.Client;

namespace Granary.Samples.Integration;

/// <summary>
/// A station of the warehouse: takes the oldest paid order, packs it, and hands it to the carrier. Two stations never get the same
/// order. Each has a key of its own, and takes up again what it was packing when it ended.
/// </summary>
/// <param name="granary">Has the station's API key, with the scopes <c>fulfilment:write</c> and <c>orders:read</c>.</param>
/// <param name="keyId">The id of that key, by which the station knows its own orders.</param>
/// <param name="carrier">Who takes the parcels.</param>
public sealed class Warehouse(GranaryClient granary, string keyId, string carrier)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Works until it is told to stop.</summary>
    /// <param name="packed">Called with every order that has left, at least once.</param>
    public async Task WorkAsync(Action<Order> packed, CancellationToken cancellationToken)
    {
        Order? packing = null;
        var mayHaveClaimed = true;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (packing is null && mayHaveClaimed)
                {
                    packing = await FindMineAsync(cancellationToken);
                    mayHaveClaimed = packing is not null;
                }

                packing ??= await granary.ClaimNextOrderAsync(cancellationToken);
                if (packing is not null)
                {
                    // If the answer is lost, the parcel is handed over again: it may have left, and is no longer listed then.
                    await ShipAsync(packing, packed, cancellationToken);
                    packing = null;
                    continue;
                }

                // The list may have been behind when it was read last.
                mayHaveClaimed = true;
            }
            catch (Exception fault) when (Faults.IsPassing(fault, cancellationToken))
            {
                // The answer of a claim may be lost: the order is then packed by this station, which does not know it.
                mayHaveClaimed = true;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private async Task<Order?> FindMineAsync(CancellationToken cancellationToken)
    {
        await foreach (var order in granary.ListOrdersAsync("packing", cancellationToken))
        {
            if (IsMine(order))
            {
                return order;
            }
        }

        return null;
    }

    private bool IsMine(Order order) => order.Timeline.LastOrDefault(entry => entry.Type == "order.packing_started")?.By == keyId;

    private async Task ShipAsync(Order order, Action<Order> packed, CancellationToken cancellationToken)
    {
        try
        {
            // The number on the parcel follows from the order, so that handing it over twice is the same handing over.
            packed(await granary.ShipOrderAsync(order.Id, carrier, "GR" + order.Id, cancellationToken));
        }
        catch (GranaryProblemException refusal) when (refusal.Problem.Slug == "illegal-transition")
        {
            // The buyer cancelled it meanwhile: the parcel stays.
        }
    }
}
