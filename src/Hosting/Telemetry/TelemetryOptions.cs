using Granary.Hosting.Settings;

namespace Granary.Hosting.Telemetry;

/// <summary>What a process measures and traces, and where it sends it. Read and checked once, before anything starts.</summary>
/// <param name="Tracing">Whether requests can be traced: a collector is configured, or the ratio is set.</param>
/// <param name="Export"><c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set: traces are sent there.</param>
/// <param name="Dashboard"><c>Granary:Telemetry:Dashboard</c>: whether silos collect data for the Orleans dashboard.</param>
/// <param name="ServiceName"><c>OTEL_SERVICE_NAME</c>, or null for the program's own name.</param>
public sealed record TelemetryOptions(
    bool Tracing, bool Export, bool Dashboard, string? ServiceName)
{
    /// <exception cref="InvalidConfigurationException">A value is invalid.</exception>
    public static TelemetryOptions From(SettingsReader settings)
    {
        var export = settings.Read(SettingKeys.Collector) is not null;
        return new TelemetryOptions(
            Tracing: export || settings.IsSet(SettingKeys.TraceRatio),
            export,
            settings.Read(SettingKeys.Dashboard),
            settings.Read(SettingKeys.ServiceName));
    }
}

/// <summary>How much is traced, of what can be.</summary>
/// <param name="Ratio"><c>Granary:Telemetry:TraceRatio</c>: the share of requests, from 0 to 1.</param>
public sealed record SamplingOptions(double Ratio);
