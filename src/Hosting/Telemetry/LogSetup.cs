using System.Globalization;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Connections;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Granary.Hosting.Telemetry;

/// <summary>Composes the log: readable lines in Development, otherwise one JSON object per line for log collectors.</summary>
public static class LogSetup
{
    /// <summary>Adds the log. The section <c>Serilog</c> of the configuration sets levels.</summary>
    public static void AddGranaryLog(this IHostApplicationBuilder builder)
    {
        // Serilog reads the section itself, when the first logger is made; a level that it does not know must stop the program sooner.
        builder.AddLive(LayerOptions.Log);

        // Not as the static logger: of several hosts in a process, as in tests, each has the level that its settings say.
        builder.Services.AddSerilog(
            (services, log) => Compose(builder, log, LevelOf(services.GetRequiredService<LiveSettings>())), preserveStaticLogger: true);
        LoggersByCategory.Decorate(builder.Services);
    }

    /// <summary>The level that <c>Serilog:MinimumLevel:Default</c> sets, now and later.</summary>
    private static LoggingLevelSwitch LevelOf(LiveSettings settings)
    {
        var level = new LoggingLevelSwitch(settings.Now.Get<LogOptions>().Level);
        settings.Changed += () => level.MinimumLevel = settings.Now.Get<LogOptions>().Level;
        return level;
    }

    private static void Compose(IHostApplicationBuilder builder, LoggerConfiguration log, LoggingLevelSwitch level)
    {
        // What frameworks log about every request or silo helps only during an investigation.
        log.MinimumLevel.Override("Microsoft", LogEventLevel.Warning)

            // This category would log every failing probe with its stack; Readiness logs every change.
            .MinimumLevel.Override("Microsoft.Extensions.Diagnostics.HealthChecks", LogEventLevel.Fatal)

            // Where a setting lowers the level of Microsoft, these categories would log every bad token with its stack, and every request
            // without one. The metrics count both.
            .MinimumLevel.Override("Microsoft.AspNetCore.Authentication", LogEventLevel.Error)
            .MinimumLevel.Override("Microsoft.AspNetCore.Authorization", LogEventLevel.Error)

            // This category would log every rejected connection, of which there are many under overload.
            .MinimumLevel.Override("Microsoft.AspNetCore.Server.Kestrel.Connections", LogEventLevel.Error)
            .MinimumLevel.Override("Orleans", LogEventLevel.Warning)

            // A machine with one core, or the time before the first check, is not worth a warning at every start.
            .MinimumLevel.Override("Orleans.Runtime.Silo", LogEventLevel.Error)
            .MinimumLevel.Override("Orleans.Runtime.Watchdog", LogEventLevel.Error)

            // This category would log every attempt of Orleans to place a grain while a silo is lost. The caller of the grain
            // gets the error and logs its consequence.
            .MinimumLevel.Override("Polly", LogEventLevel.Fatal)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .MinimumLevel.Override("ZiggyCreatures", LogEventLevel.Warning)

            // The program itself prints once, without a stack, why it cannot start.
            .Filter.ByExcluding(entry => entry.Exception is InvalidConfigurationException or CannotStartException or IOException { InnerException: AddressInUseException })
            .ReadFrom.Configuration(builder.Configuration)

            // After the configuration, which sets a level that does not change.
            .MinimumLevel.ControlledBy(level)
            .Enrich.FromLogContext()
            .Enrich.With<OrderIds>();
        var console = LoggerSinkConfiguration.CreateSink(to => _ = builder.Environment.IsDevelopment()
            ? to.Console(formatProvider: CultureInfo.InvariantCulture)
            : to.Console(new RenderedCompactJsonFormatter()));
        log.WriteTo.Sink(new RepeatedFaults(console, TimeProvider.System));
    }
}

/// <summary>What is logged.</summary>
/// <param name="Level">The least severe entries, of sources without a level of their own.</param>
public sealed record LogOptions(LogEventLevel Level);
