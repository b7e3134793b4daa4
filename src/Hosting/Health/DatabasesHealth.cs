using Granary.Journal;
using Granary.Journal.PostgreSql;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Hosting.Health;

/// <summary>
/// Whether the databases of the journal can be read and take writes. While one of several does, the process is only degraded: what needs no
/// other goes on here as it would on any other process.
/// </summary>
internal sealed class DatabasesHealth : IHealthCheck
{
    private readonly List<StorageHealth> _databases;

    public DatabasesHealth(JournalStores stores, IJournal journal, TimeProvider clock, JournalDatabases? databases = null) =>
        _databases = [.. stores.All.Select((store, number) => new StorageHealth(
            store, clock, journal.Databases[number] as GroupCommitJournal, databases?.All[number].Servers))];

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_databases is [var only])
        {
            return await only.CheckHealthAsync(context, cancellationToken);
        }

        var results = await Task.WhenAll(_databases.Select(database => database.CheckHealthAsync(context, cancellationToken)));
        var failures = results.Index().Where(result => result.Item.Status != HealthStatus.Healthy).ToList();
        var problem = string.Join(" ", failures.Select(failure => $"Database {failure.Index}: {failure.Item.Description}"));
        return failures.Count == 0 ? HealthCheckResult.Healthy()
            : failures.Count < results.Length ? HealthCheckResult.Degraded(problem, failures[0].Item.Exception)
            : new HealthCheckResult(context.Registration.FailureStatus, problem, failures[0].Item.Exception);
    }
}
