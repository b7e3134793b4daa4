using Granary.Streams;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Hosting.Health;

/// <summary>
/// Whether an open transaction holds back the streams. That only degrades the process: orders are taken, paid and expired without them,
/// and no other process has newer streams.
/// </summary>
internal sealed class StreamHealth(HeldBack heldBack) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(heldBack.Current is { } events
            ? HealthCheckResult.Degraded($"Lists, webhooks and event streams wait for {events.Transaction}.")
            : HealthCheckResult.Healthy());
}
