using Granary.Grains.Interfaces;
using Granary.Hosting.Settings;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Hosting.Health;

/// <summary>
/// Whether this silo takes part in its cluster and can activate grains. An unavailable table of silos only degrades it: silos that know each other
/// continue without the table, and taking them all out of service would turn a small fault into an outage.
/// </summary>
internal sealed class SiloHealth(
    ISiloStatusOracle cluster, IGrainFactory grains, IServiceProvider services, PlatformSettings options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (cluster.CurrentStatus != SiloStatus.Active)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"The silo is {Words.Of(cluster.CurrentStatus)}.");
        }

        try
        {
            await grains.GetGrain<IActivationProbe>(Guid.NewGuid()).Answer().WaitAsync(cancellationToken);
        }
        catch (Exception fault)
        {
            // Whatever prevents an activation, requests need one.
            return new HealthCheckResult(context.Registration.FailureStatus, "The silo cannot activate grains.", fault);
        }

        if (options.Clustering == ClusteringKind.Localhost)
        {
            return HealthCheckResult.Healthy();
        }

        try
        {
            await services.GetRequiredService<IMembershipTable>().ReadAllAsync(cancellationToken).WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception fault)
        {
            // Whatever exception the table's driver throws, the silo does not need the table at this moment.
            return HealthCheckResult.Degraded("The table of silos cannot be reached: no silo can join or be evicted.", fault);
        }
    }
}
