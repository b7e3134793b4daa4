using Granary.Grains.Interfaces;
using Granary.Grains.Payments.Providers;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Hosting.Health;

/// <summary>
/// Whether calls to the payment provider are kept back by this silo. That only degrades the process: all else goes on, and no other
/// process would reach the provider sooner.
/// </summary>
internal sealed class PaymentHealth(ProviderGateway provider) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(provider.KeptBack is { Count: > 0 } kinds
            ? HealthCheckResult.Degraded($"The payment provider is slow or fails; this is not sent to it: {string.Join(", ", kinds.Select(Words.Of))}.")
            : HealthCheckResult.Healthy());
}
