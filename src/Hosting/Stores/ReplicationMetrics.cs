using System.Diagnostics.Metrics;
using Granary.Journal.PostgreSql;

namespace Granary.Hosting.Stores;

/// <summary>
/// How far the standbys of the database are behind, as the primary tells it: <c>replication_lag_bytes</c> and <c>replication_lag_seconds</c>
/// by <c>standby</c> and <c>sync_state</c> (0 without labels if there is none), <c>replication_standbys_missing</c> and
/// <c>replication_servers_refused</c>.
/// </summary>
internal sealed class ReplicationMetrics(PrimaryWatch? watch = null, PostgreSqlServers? servers = null) : IHostedService, IDisposable
{
    private readonly Meter _meter = new("Granary.Replication", version: null, tags: null, scope: servers);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meter.CreateObservableGauge(
            "replication_lag_bytes", () => Observe(static standby => standby.Bytes), "By", "Log of the database that a standby has not applied.");
        _meter.CreateObservableGauge(
            "replication_lag_seconds", () => Observe(static standby => standby.Seconds), "s", "Age of what a standby of the database applied last.");
        _meter.CreateObservableGauge(
            "replication_standbys_missing", () => watch?.Missing ?? 0, "{server}", "Standbys of the connection string that do not follow the primary.");
        _meter.CreateObservableGauge(
            "replication_servers_refused", () => servers?.Fence.Refusals.Count ?? 0, "{server}", "Servers that are refused, such as an old primary.");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<double>> Observe(Func<StandbyLag, double?> value)
    {
        var standbys = watch?.Primary?.Standbys ?? [];
        return standbys.Count == 0
            ? [new Measurement<double>(0)]
            : standbys.Where(standby => value(standby) is not null).Select(standby => new Measurement<double>(
                value(standby)!.Value,
                new KeyValuePair<string, object?>("standby", standby.Address.Length > 0 ? $"{standby.Name} {standby.Address}" : standby.Name),
                new KeyValuePair<string, object?>("sync_state", standby.Synchronization)));
    }
}
