using Granary.Hosting.Settings;

namespace Granary.Hosting.Telemetry;

/// <summary>
/// Stops the start of a process that should serve <c>/metrics</c> on a port that it does not listen on: its metrics would be
/// unreachable. It runs before the silo, which would otherwise already have joined its cluster.
/// </summary>
internal sealed class MetricsPortCheck(TelemetryOptions options, IConfiguration configuration) : IHostedService
{
    // Kestrel's default when nothing is configured.
    private const string DefaultAddress = "http://localhost:5000";

    /// <exception cref="InvalidConfigurationException">No address has the port reserved for metrics.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var addresses = Addresses();
        return options.MetricsPort == 0 || addresses.Any(address => BindingAddress.Parse(address).Port == options.MetricsPort)
            ? Task.CompletedTask
            : throw new InvalidConfigurationException(
                TelemetryOptions.PortKey, $"is {options.MetricsPort}; the process listens on {string.Join(", ", addresses)} only.");
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// The addresses that the server will listen on, as ASP.NET Core reads them: an earlier source overrides later ones.
    /// </summary>
    private string[] Addresses()
    {
        string[][] sources =
        [
            [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>()],
            Listed(WebHostDefaults.ServerUrlsKey),
            [
                .. Listed(WebHostDefaults.HttpPortsKey).Select(port => $"http://*:{port}"),
                .. Listed(WebHostDefaults.HttpsPortsKey).Select(port => $"https://*:{port}"),
            ],
        ];
        return sources.FirstOrDefault(addresses => addresses.Length > 0) ?? [DefaultAddress];
    }

    private string[] Listed(string key) =>
        configuration[key]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
