using Granary.Grains.Interfaces;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Hosting.Health;

/// <summary>
/// Whether the journal can be read and takes writes. The trial write is a commit, which waits for the disk: while it succeeds, it is
/// made once every few seconds, however often probes ask.
/// </summary>
/// <param name="journal">The silo's writer; null in a front end that is a client of silos.</param>
/// <param name="servers">The servers of PostgreSQL; null on SQLite.</param>
internal sealed class StorageHealth(IJournalStore store, TimeProvider clock, GroupCommitJournal? journal = null, PostgreSqlServers? servers = null)
    : IHealthCheck
{
    private static readonly TimeSpan TrialPeriod = TimeSpan.FromSeconds(3);

    private long? _written;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = context.Registration.FailureStatus;
        try
        {
            // Not every driver stops at once when it is cancelled; the probe does.
            await store.ReadEndAsync(cancellationToken).WaitAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is JournalException or OperationCanceledException)
        {
            return new HealthCheckResult(status, Say("The journal cannot be reached."), fault);
        }

        try
        {
            // The writer knows a full disk that a small commit may not meet.
            if (journal?.Outage is { } outage)
            {
                throw new JournalUnavailableException(outage.Message, outage);
            }

            if (_written is not { } last || clock.GetElapsedTime(last) >= TrialPeriod)
            {
                _written = null;
                await store.TryWriteAsync(thorough: false, cancellationToken).WaitAsync(cancellationToken);
                _written = clock.GetTimestamp();
            }

            return HealthCheckResult.Healthy();
        }
        catch (Exception fault) when (fault is JournalException or OperationCanceledException)
        {
            return new HealthCheckResult(status, Say("The journal takes no writes."), fault);
        }
    }

    /// <summary>With the servers that answer and are refused.</summary>
    private string Say(string what) => string.Join(" ", (servers?.Fence.Refusals ?? []).Prepend(what));
}
