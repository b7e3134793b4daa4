using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Orders;

/// <summary>Gives paid orders out to be packed, each to one caller. The key is 0.</summary>
[Alias("granary.packing-desk-grain"), Version(1)]
public interface IPackingDeskGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// The paid order that was placed first, which from now on is being packed by the caller; null when there is none. Of two calls never
    /// both get the same order, also where they are of one caller. A call whose answer is lost has perhaps taken an order: it cannot be
    /// repeated for it.
    /// </summary>
    /// <param name="by">The caller, for the order's timeline.</param>
    /// <exception cref="OrderIndexUnavailableException">The index cannot be reached.</exception>
    [Alias("claim-next")]
    Task<Order?> ClaimNext(string by);
}
