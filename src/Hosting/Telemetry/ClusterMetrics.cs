using System.Diagnostics.Metrics;
using Granary.Grains.Interfaces;

namespace Granary.Hosting.Telemetry;

/// <summary>A silo's metric of its cluster: <c>cluster_silos{status}</c>, the silos as this one sees them.</summary>
internal sealed class ClusterMetrics(ISiloStatusOracle cluster) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly Meter _meter = new("Granary.Cluster");

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(ClusterMetrics),
        ServiceLifecycleStage.Active,
        _ =>
        {
            _meter.CreateObservableGauge("cluster_silos", Observe, "{silo}", "Silos of the cluster as this one sees them, by status.");
            return Task.CompletedTask;
        });

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Observe() => cluster.GetApproximateSiloStatuses()
        .CountBy(silo => silo.Value)
        .Select(count => new Measurement<int>(
            count.Value, new KeyValuePair<string, object?>("status", Words.Of(count.Key))));
}
