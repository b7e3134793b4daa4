using System.Text.Json.Serialization;
using Granary.Grains.Interfaces;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Hosting.Health;

/// <summary>
/// Whether requests should be sent to this process. The probe is open to every caller, so results of the checks are cached for a
/// second: frequent probes must not put load on the database.
/// </summary>
public sealed partial class Readiness(
    HealthCheckService checks, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Readiness> logger) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private HealthReport? _report;
    private long _checkedAt;

    /// <summary>Answers at once when the process is stopping, otherwise from checks that are at most a second old.</summary>
    public async Task<ReadinessReport> AskAsync(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return new ReadinessReport(false, "draining", new Dictionary<string, string>(), null);
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_report is null || clock.GetElapsedTime(_checkedAt) > Freshness)
            {
                var report = await checks.CheckHealthAsync(CancellationToken.None);
                TellChanges(_report, report);
                _report = report;
                _checkedAt = clock.GetTimestamp();
            }

            return ReportOf(_report);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private void TellChanges(HealthReport? before, HealthReport now)
    {
        foreach (var (name, entry) in now.Entries)
        {
            var last = before?.Entries[name].Status ?? HealthStatus.Healthy;
            if (entry.Status == last)
            {
                continue;
            }

            if (entry.Status == HealthStatus.Healthy)
            {
                LogRecovery(name);
            }
            else
            {
                LogChange(name, entry.Status, entry.Description ?? "", entry.Exception?.Message ?? "");
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Readiness: {Check} is {Status}. {Reason} {Fault}")]
    private partial void LogChange(string check, HealthStatus status, string reason, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Readiness: {Check} is healthy again")]
    private partial void LogRecovery(string check);

    private static ReadinessReport ReportOf(HealthReport report) => new(
        report.Status != HealthStatus.Unhealthy,
        report.Status == HealthStatus.Unhealthy ? "not ready" : "ready",
        report.Entries.ToDictionary(entry => entry.Key, entry => Words.Of(entry.Value.Status)),
        DetailsOf(report));

    private static Dictionary<string, string>? DetailsOf(HealthReport report)
    {
        var details = report.Entries.Where(entry => entry.Value is { Status: not HealthStatus.Healthy, Description: not null })
            .ToDictionary(entry => entry.Key, entry => entry.Value.Description!);
        return details.Count > 0 ? details : null;
    }
}

/// <summary>The answer of <c>/health/ready</c>.</summary>
/// <param name="IsReady">Whether requests should be sent to this process.</param>
/// <param name="Status">ready, not ready or draining.</param>
/// <param name="Checks">The state by name: healthy, degraded or unhealthy.</param>
/// <param name="Details">What is wrong, by the name of the check that is not healthy; null if nothing is.</param>
public sealed record ReadinessReport(
    [property: JsonIgnore] bool IsReady,
    string Status,
    IReadOnlyDictionary<string, string> Checks,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Details);
