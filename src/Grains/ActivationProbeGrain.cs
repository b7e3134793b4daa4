using Granary.Grains.Interfaces;
using Orleans.Placement;

namespace Granary.Grains;

/// <inheritdoc cref="IActivationProbe"/>
[PreferLocalPlacement]
public sealed class ActivationProbeGrain : Grain, IActivationProbe
{
    /// <inheritdoc/>
    public Task Answer()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
