using System.Diagnostics.Metrics;
using Granary.Journal.PostgreSql;

namespace Granary.Hosting.Stores;

/// <summary>
/// How far the standbys of the database are behind, as the primary tells it: <c>replication_lag_bytes</c> and <c>replication_lag_seconds</c>
/// by <c>standby</c> and <c>sync_state</c> (0 without these labels if there is none), <c>replication_standbys_missing</c> and
/// <c>replication_servers_refused</c>. Where the journal has several databases, each with the label <c>database</c>.
/// </summary>
internal sealed class ReplicationMetrics(PrimaryWatches? watches = null, PostgreSqlServers? servers = null) : IHostedService, IDisposable
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
            "replication_standbys_missing", () => Observe(static watch => watch.Missing), "{server}", "Standbys of the connection string that do not follow the primary.");
        _meter.CreateObservableGauge(
            "replication_servers_refused", () => Observe(static watch => watch.Refusals.Count), "{server}", "Servers that are refused, such as an old primary.");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Observe(Func<PrimaryWatch, int> value) =>
        watches is null ? [new Measurement<int>(0)] : watches.All.Select(watch => new Measurement<int>(value(watch), LabelsOf(watch)));

    private IEnumerable<Measurement<double>> Observe(Func<StandbyLag, double?> value) =>
        watches is null ? [new Measurement<double>(0)] : watches.All.SelectMany(watch => Observe(watch, value));

    private IEnumerable<Measurement<double>> Observe(PrimaryWatch watch, Func<StandbyLag, double?> value)
    {
        var standbys = watch.Primary?.Standbys ?? [];
        return standbys.Count == 0
            ? [new Measurement<double>(0, LabelsOf(watch))]
            : standbys.Where(standby => value(standby) is not null).Select(standby => new Measurement<double>(
                value(standby)!.Value,
                [
                    .. LabelsOf(watch),
                    new KeyValuePair<string, object?>("standby", standby.Address.Length > 0 ? $"{standby.Name} {standby.Address}" : standby.Name),
                    new KeyValuePair<string, object?>("sync_state", standby.Synchronization),
                ]));
    }

    private KeyValuePair<string, object?>[] LabelsOf(PrimaryWatch watch) =>
        watches!.All.Count > 1 ? [new KeyValuePair<string, object?>("database", watch.Database)] : [];
}
