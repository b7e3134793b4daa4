using Granary.Hosting;
using Granary.Hosting.Clustering;
using Granary.Hosting.Health;
using Granary.Hosting.Listening;
using Granary.Hosting.Settings;
using Granary.Hosting.Telemetry;

namespace Granary.Silo;

/// <summary>Composes a silo as a separate process. Over HTTP it answers only probes and metrics scrapes.</summary>
public static class SiloProgram
{
    /// <summary>Composes the process.</summary>
    /// <param name="args">Settings as command-line arguments.</param>
    /// <param name="configure">What another host, such as a test, adds before the configuration is read.</param>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        OpenFiles.Check();
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddLiveSettings();
        builder.AddGranaryLog();
        builder.AddGranaryTelemetry("granary-silo");
        builder.AddHttpAddresses();
        builder.AddGranarySilo();
        var app = builder.Build();
        app.MapHealth();
        app.MapMetrics();
        return app;
    }
}
