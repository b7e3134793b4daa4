using Granary.Journal.PostgreSql;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Hosting.Health;

/// <summary>Of a site that only reads: whether it can. That it takes no writes is no fault, and told.</summary>
internal sealed class SiteHealth(PostgreSqlServers servers) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (snapshot, reason) = await servers.Replicas.TryOpenAsync(Patience, cancellationToken);
        if (snapshot is null)
        {
            return HealthCheckResult.Unhealthy($"The standby of site {servers.Site!.Name} cannot be read: it is {WordOf(reason)}.");
        }

        await snapshot.DisposeAsync();
        return HealthCheckResult.Degraded($"Site {servers.Site!.Name} only reads; {servers.WritingSite ?? "no site that it sees"} takes the writes.");
    }

    private static string WordOf(NoReplica reason) => reason == NoReplica.Stale ? "too old" : "away";
}
