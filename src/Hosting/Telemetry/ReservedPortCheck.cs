using Granary.Hosting.Settings;

namespace Granary.Hosting.Telemetry;

/// <summary>
/// Stops the start of a process that should serve health or metrics on a port that it does not listen on: they would be unreachable. It
/// runs before the silo, which would otherwise already have joined its cluster.
/// </summary>
internal sealed class ReservedPortCheck(ReservedPorts ports, IConfiguration configuration) : IHostedService
{
    /// <exception cref="InvalidConfigurationException">No address has a reserved port.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Check(SettingKeys.MetricsPort, ports.Metrics);
        Check(SettingKeys.HealthPort, ports.Health);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Check(SettingKey key, int port)
    {
        var addresses = ListenAddresses.From(configuration);
        if (port != 0 && addresses.All(listen => BindingAddress.Parse(listen.Address).Port != port))
        {
            throw new InvalidConfigurationException(
                key, $"is {port}; the process listens on {string.Join(", ", addresses.Select(listen => listen.Address))} only.");
        }
    }
}
