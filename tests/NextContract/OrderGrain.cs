using Granary.Grains.Interfaces.Orders;

namespace Granary.Grains.Orders;

public sealed partial class OrderGrain
{
    /// <inheritdoc/>
    public async Task<UnitCount> CountUnits()
    {
        await EnsureLoadedAsync();
        return new UnitCount(Durable.Lines.Sum(line => line.Quantity), RuntimeIdentity);
    }
}
