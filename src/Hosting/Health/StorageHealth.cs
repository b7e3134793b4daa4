using Granary.Grains.Interfaces;
using Granary.Journal;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Hosting.Health;

/// <summary>Whether the journal can be read; if it cannot be read, it cannot be written either.</summary>
internal sealed class StorageHealth(IJournalStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // Not every driver stops at once when it is cancelled; the probe does.
            await store.ReadEndAsync(cancellationToken).WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception fault) when (fault is JournalException or OperationCanceledException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The journal cannot be reached.", fault);
        }
    }
}
