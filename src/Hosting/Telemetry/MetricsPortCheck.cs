using Granary.Hosting.Settings;

namespace Granary.Hosting.Telemetry;

/// <summary>
/// Stops the start of a process that should serve <c>/metrics</c> on a port that it does not listen on: its metrics would be
/// unreachable. It runs before the silo, which would otherwise already have joined its cluster.
/// </summary>
internal sealed class MetricsPortCheck(TelemetryOptions options, IConfiguration configuration) : IHostedService
{
    /// <exception cref="InvalidConfigurationException">No address has the port reserved for metrics.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var addresses = ListenAddresses.From(configuration);
        return options.MetricsPort == 0 || addresses.Any(listen => BindingAddress.Parse(listen.Address).Port == options.MetricsPort)
            ? Task.CompletedTask
            : throw new InvalidConfigurationException(
                SettingKeys.MetricsPort, $"is {options.MetricsPort}; the process listens on {string.Join(", ", addresses.Select(listen => listen.Address))} only.");
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
