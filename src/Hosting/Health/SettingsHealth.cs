using System.Globalization;
using Granary.Hosting.Settings;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Hosting.Health;

/// <summary>
/// Whether this process has had the table of the cluster; before, it is not ready. Later it only degrades: without an answer the values that
/// it has hold on, and no other process would have newer ones.
/// </summary>
internal sealed class SettingsHealth(LiveSettings settings, SettingsFollower follower, TimeProvider clock) : IHealthCheck
{
    // Several questions of the follower.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(5);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (follower.AnsweredAt is not { } answered)
        {
            return Task.FromResult(follower.IsUnknownToCluster
                ? HealthCheckResult.Degraded("The silos of the cluster are of an earlier release, which keeps no settings: what the process was started with holds.")
                : new HealthCheckResult(context.Registration.FailureStatus, $"The settings of the cluster have not been read yet."));
        }

        var now = settings.Now;
        List<string> problems = [];
        if (follower.Problem is not null || clock.GetUtcNow() - answered > LongestSilence)
        {
            var since = answered.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            problems.Add($"The settings of the cluster cannot be asked for since {since}; version {now.Version} holds on.");
        }

        if (follower.FileProblem is { } fault)
        {
            problems.Add($"The files of {SettingKeys.SettingsDirectory} are not obeyed, and those before hold on: {fault}");
        }

        if (now.Ignored.Count > 0)
        {
            problems.Add("Not obeyed: " + string.Join("; ", now.Ignored.Select(ignored => $"{ignored.Key} {ignored.Value.TrimEnd('.')}")) + ".");
        }

        return Task.FromResult(problems.Count > 0 ? HealthCheckResult.Degraded(string.Join(' ', problems)) : HealthCheckResult.Healthy());
    }
}
