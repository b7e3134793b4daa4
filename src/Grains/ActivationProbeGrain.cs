using Granary.Grains.Interfaces;
using Orleans.Concurrency;

namespace Granary.Grains;

/// <inheritdoc cref="IActivationProbe"/>
/// <remarks>A worker has no entry in the directory of grains, so that the probe asks no other silo, which may be dead.</remarks>
[StatelessWorker]
public sealed class ActivationProbeGrain : Grain, IActivationProbe
{
    /// <inheritdoc/>
    public Task Answer()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
