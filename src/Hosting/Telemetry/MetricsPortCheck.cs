using Granary.Hosting.Settings;

namespace Granary.Hosting.Telemetry;

/// <summary>
/// Keeps a process from starting that is to answer <c>/metrics</c> on a port that it will not listen on: nobody would ever see
/// its metrics. It runs before the silo, which would otherwise have joined its cluster by then.
/// </summary>
internal sealed class MetricsPortCheck(TelemetryOptions options, IConfiguration configuration) : IHostedService
{
    // Kestrel's own, where nothing is configured.
    private const string DefaultAddress = "http://localhost:5000";

    /// <exception cref="InvalidConfigurationException">No address is on the port that is set aside for metrics.</exception>
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

    /// <summary>Where the server will listen, as ASP.NET Core reads it: one source hides those after it.</summary>
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
