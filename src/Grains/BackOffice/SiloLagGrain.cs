using Granary.Grains.Interfaces.BackOffice;
using Granary.Streams;
using Orleans.Placement;

namespace Granary.Grains.BackOffice;

/// <summary>Answers on the silo that its caller names as the placement's hint.</summary>
[PreferLocalPlacement]
public sealed class SiloLagGrain(StreamMetrics metrics) : Grain, ISiloLagGrain
{
    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, double>> Lags() => Task.FromResult(metrics.Lags());
}
