using System.Globalization;
using Granary.Hosting.Settings;

namespace Granary.Hosting.Telemetry;

/// <summary>What a process measures and traces, and where it sends it. Read and checked once, before anything starts.</summary>
/// <param name="TraceRatio"><c>Granary:Telemetry:TraceRatio</c>: the share of requests that are traced, from 0 to 1.</param>
/// <param name="Tracing">Whether requests are traced: a collector is configured, or the ratio is set.</param>
/// <param name="Export"><c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set: traces are sent there.</param>
/// <param name="MetricsPort">
/// <c>Granary:Telemetry:MetricsPort</c>: the only port that serves <c>/metrics</c>; 0 for every port.
/// </param>
/// <param name="Dashboard"><c>Granary:Telemetry:Dashboard</c>: whether silos collect data for the Orleans dashboard.</param>
/// <param name="ServiceName"><c>OTEL_SERVICE_NAME</c>, or null for the program's own name.</param>
public sealed record TelemetryOptions(
    double TraceRatio, bool Tracing, bool Export, int MetricsPort, bool Dashboard, string? ServiceName)
{
    // One request in a hundred shows where time goes, at almost no cost for the others.
    private const double DefaultRatio = 0.01;

    /// <summary>The key of <see cref="MetricsPort"/>.</summary>
    public const string PortKey = "Granary:Telemetry:MetricsPort";

    private const string RatioKey = "Granary:Telemetry:TraceRatio";
    private const string DashboardKey = "Granary:Telemetry:Dashboard";

    /// <exception cref="InvalidConfigurationException">A value is invalid.</exception>
    public static TelemetryOptions From(IConfiguration configuration)
    {
        var export = configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 };
        var ratio = Ratio(configuration[RatioKey]);
        return new TelemetryOptions(
            ratio ?? DefaultRatio,
            Tracing: export || ratio > 0,
            export,
            Port(configuration[PortKey]),
            Switch(configuration[DashboardKey]),
            configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : null);
    }

    private static double? Ratio(string? text)
    {
        if (text is not { Length: > 0 })
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1
            ? ratio
            : throw new InvalidConfigurationException(RatioKey, $"is '{text}'; it takes a share from 0 to 1, such as 0.01.");
    }

    private static int Port(string? text)
    {
        if (text is not { Length: > 0 })
        {
            return 0;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= System.Net.IPEndPoint.MaxPort
            ? port
            : throw new InvalidConfigurationException(PortKey, $"is '{text}'; it takes one of the ports that the process listens on, or 0 for all.");
    }

    private static bool Switch(string? text)
    {
        if (text is not { Length: > 0 })
        {
            return true;
        }

        return bool.TryParse(text, out var on) ? on : throw new InvalidConfigurationException(DashboardKey, $"is '{text}'; it takes true or false.");
    }
}
