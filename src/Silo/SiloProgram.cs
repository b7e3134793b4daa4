using Granary.Hosting;
using Granary.Hosting.Clustering;
using Granary.Hosting.Health;
using Granary.Hosting.Listening;
using Granary.Hosting.Settings;
using Granary.Hosting.Sites;
using Granary.Hosting.Telemetry;

namespace Granary.Silo;

/// <summary>Composes a silo as a separate process. Over HTTP it answers only probes and metrics scrapes.</summary>
public static class SiloProgram
{
    /// <summary>Runs the process until it is told to stop.</summary>
    /// <param name="args">Settings as command-line arguments.</param>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static Task RunAsync(string[] args) =>
        SiteRun.RunAsync(WebApplication.CreateBuilder(args).Configuration, isIdle => Build(args, configure: null, isIdle));

    /// <summary>Composes the process.</summary>
    /// <param name="args">Settings as command-line arguments.</param>
    /// <param name="configure">What another host, such as a test, adds before the configuration is read.</param>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null) => Build(args, configure, isIdle: false);

    /// <inheritdoc cref="Build(string[], Action{WebApplicationBuilder}?)"/>
    /// <param name="isIdle">Whether the process belongs to a site that takes no writes: then there is nothing to do.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure, bool isIdle)
    {
        OpenFiles.Check();
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddLiveSettings();
        builder.AddGranaryLog();
        builder.AddGranaryTelemetry("granary-silo");
        builder.AddHttpAddresses();
        if (isIdle)
        {
            builder.AddIdleSilo();
        }
        else
        {
            builder.AddGranarySilo();
        }

        var app = builder.Build();
        app.MapHealth();
        app.MapMetrics();
        return app;
    }
}
