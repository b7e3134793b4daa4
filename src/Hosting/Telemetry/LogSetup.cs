using System.Globalization;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Connections;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Granary.Hosting.Telemetry;

/// <summary>Composes the log: lines for people in Development, otherwise one JSON object a line for whoever collects them.</summary>
public static class LogSetup
{
    /// <summary>Adds the log. The section <c>Serilog</c> of the configuration sets levels.</summary>
    public static void AddGranaryLog(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSerilog((_, log) => Compose(builder, log));
        LoggersByCategory.Decorate(builder.Services);
    }

    private static void Compose(IHostApplicationBuilder builder, LoggerConfiguration log)
    {
        // What frameworks say of every request or every silo they hear of is of use only while they are being examined.
        log.MinimumLevel.Override("Microsoft", LogEventLevel.Warning)

            // Would tell of every probe that fails, with the stack; Readiness tells of every change.
            .MinimumLevel.Override("Microsoft.Extensions.Diagnostics.HealthChecks", LogEventLevel.Fatal)

            // Would tell of every connection that is turned away, of which there are many when there are too many.
            .MinimumLevel.Override("Microsoft.AspNetCore.Server.Kestrel.Connections", LogEventLevel.Error)
            .MinimumLevel.Override("Orleans", LogEventLevel.Warning)

            // A machine without several cores, and the time before the first check, are not worth a warning at every start.
            .MinimumLevel.Override("Orleans.Runtime.Silo", LogEventLevel.Error)
            .MinimumLevel.Override("Orleans.Runtime.Watchdog", LogEventLevel.Error)

            // Would tell of every attempt of Orleans to place a grain while a silo is lost. Whoever asked for the grain is told, and
            // logs what comes of it.
            .MinimumLevel.Override("Polly", LogEventLevel.Fatal)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .MinimumLevel.Override("ZiggyCreatures", LogEventLevel.Warning)

            // What keeps the program from starting is said by it once, without a stack.
            .Filter.ByExcluding(entry => entry.Exception is InvalidConfigurationException or IOException { InnerException: AddressInUseException })
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext()
            .Enrich.With<OrderIds>();
        if (builder.Environment.IsDevelopment())
        {
            log.WriteTo.Console(formatProvider: CultureInfo.InvariantCulture);
        }
        else
        {
            log.WriteTo.Console(new RenderedCompactJsonFormatter());
        }
    }
}
