using Granary.Hosting.Stores;
using Granary.Journal.PostgreSql;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Hosting.Health;

/// <summary>
/// Whether every host of each connection string is the primary or follows it. If not, the process is only degraded: it works with the
/// primary. Without a primary the storage is unhealthy.
/// </summary>
internal sealed class ReplicationHealth(PrimaryWatches watches) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var problems = watches.All.Select(ProblemOf).OfType<string>().ToList();
        return Task.FromResult(problems.Count > 0 ? HealthCheckResult.Degraded(string.Join(" ", problems)) : HealthCheckResult.Healthy());
    }

    private static string? ProblemOf(PrimaryWatch watch) =>
        watch.Refusals.Count > 0 ? string.Join(" ", watch.Refusals)
        : watch.Missing > 0 ? MissingOf(watch.Latest)
        : null;

    private static string MissingOf(IReadOnlyList<ServerState> states) => states.Where(state => !state.IsReachable).ToList() is { Count: > 0 } away
        ? string.Join(" ", away.Select(state => state.Unreachable))
        : "A standby of the database does not follow the primary.";
}
