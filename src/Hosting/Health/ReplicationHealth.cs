using Granary.Hosting.Stores;
using Granary.Journal.PostgreSql;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Hosting.Health;

/// <summary>
/// Whether every host of the connection string is the primary or follows it. If not, the process is only degraded: it works with the primary.
/// Without a primary the storage is unhealthy.
/// </summary>
internal sealed class ReplicationHealth(PrimaryWatch watch, PostgreSqlServers servers) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var refusals = servers.Fence.Refusals;
        return Task.FromResult(
            refusals.Count > 0 ? HealthCheckResult.Degraded(string.Join(" ", refusals))
            : watch.Missing > 0 ? HealthCheckResult.Degraded(MissingOf(watch.Latest))
            : HealthCheckResult.Healthy());
    }

    private static string MissingOf(IReadOnlyList<ServerState> states) => states.Where(state => !state.IsReachable).ToList() is { Count: > 0 } away
        ? string.Join(" ", away.Select(state => $"{state.Host} cannot be reached: {state.Fault}"))
        : "A standby of the database does not follow the primary.";
}
