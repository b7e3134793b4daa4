using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Payments.Providers;
using Granary.Hosting.Settings;
using Granary.Journal;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Diagnostics;

namespace Granary.Hosting.Telemetry;

/// <summary>Composes the metrics that Prometheus scrapes and the traces that go to an OpenTelemetry collector.</summary>
public static class TelemetrySetup
{
    /// <summary>The path of the metrics for Prometheus.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>Adds metrics, and traces if the configuration enables them.</summary>
    /// <param name="service">The name of this program among the programs that send to the same collector.</param>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static void AddGranaryTelemetry(this IHostApplicationBuilder builder, string service)
    {
        var options = TelemetryOptions.From(builder.Settings());
        builder.Services.AddSingleton(options);
        builder.AddLive(LayerOptions.Traces);
        builder.Services.AddSingleton(new ReservedPorts(
            builder.Settings().Read(SettingKeys.HealthPort), builder.Settings().Read(SettingKeys.MetricsPort)));
        builder.Services.AddHostedService<ReservedPortCheck>();
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(options.ServiceName ?? service))
            .WithMetrics(metrics => metrics

                // All meters of Granary; of the runtime, only the meter that shows the health of the process.
                .AddMeter("Granary.*", "System.Runtime")
                .AddPrometheusExporter(exporter => exporter.ScopeInfoEnabled = false));
        if (options.Tracing)
        {
            telemetry.WithTracing(traces => Trace(traces, options));
        }
    }

    /// <summary>Maps <see cref="MetricsPath"/>, only on the port <c>Granary:Telemetry:MetricsPort</c> if that is set.</summary>
    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder routes)
    {
        var port = routes.ServiceProvider.GetRequiredService<ReservedPorts>().Metrics;
        var scrape = routes.CreateApplicationBuilder().UseOpenTelemetryPrometheusScrapingEndpoint(_ => true).Build();
        return routes.MapMethods(MetricsPath, [HttpMethods.Get, HttpMethods.Head], ReservedPorts.Only(port, scrape)).ExcludeFromDescription();
    }

    private static void Trace(TracerProviderBuilder traces, TelemetryOptions options)
    {
        traces.SetSampler(provider => new RequestSampler(provider.GetRequiredService<ICurrent<SamplingOptions>>()))
            .AddAspNetCoreInstrumentation(requests =>
            {
                requests.Filter = IsOfInterest;

                // ASP.NET Core ends the path of a group with a slash; the handler label of the metrics has none.
                requests.EnrichWithHttpResponse = static (span, _) => span.DisplayName = span.DisplayName.TrimEnd('/');
            })
            .AddSource(ActivitySources.ApplicationGrainActivitySourceName, JournalTraces.SourceName, ProviderGateway.SourceName, "System.Net.Http");
        if (options.Export)
        {
            traces.AddOtlpExporter();
        }
    }

    // Probes and scrapes arrive every few seconds and concern no order.
    private static bool IsOfInterest(HttpContext context) =>
        !context.Request.Path.StartsWithSegments(MetricsPath) && !context.Request.Path.StartsWithSegments("/health");
}
