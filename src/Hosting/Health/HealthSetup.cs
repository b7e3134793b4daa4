using Granary.Hosting.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Hosting.Health;

/// <summary>Composes the probes: <c>/health/live</c> and <c>/health/ready</c>.</summary>
public static class HealthSetup
{
    /// <summary>
    /// Whether the process answers at all. It checks nothing else, because a restart does not repair a database.
    /// </summary>
    public const string LivePath = "/health/live";

    /// <summary>Whether requests should be sent to this process.</summary>
    public const string ReadyPath = "/health/ready";

    private static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    // Shorter than the probe's own timeout.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Maps both probes, only on the port <c>Granary:Health:Port</c> if that is set.</summary>
    public static IEndpointConventionBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        var port = routes.ServiceProvider.GetRequiredService<ReservedPorts>().Health;
        var group = routes.MapGroup("");
        if (port != 0)
        {
            group.AddEndpointFilter((context, next) => context.HttpContext.Connection.LocalPort == port
                ? next(context)
                : ValueTask.FromResult<object?>(TypedResults.StatusCode(StatusCodes.Status404NotFound)));
        }

        group.MapMethods(LivePath, ReadMethods, () => TypedResults.Ok(new { status = "live" }));
        group.MapMethods(ReadyPath, ReadMethods, async (Readiness readiness, CancellationToken cancellationToken) =>
        {
            var report = await readiness.AskAsync(cancellationToken);
            return TypedResults.Json(
                report, statusCode: report.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
        return group.ExcludeFromDescription();
    }

    internal static void AddSiloHealth(this IServiceCollection services) =>
        services.AddReadiness().AddCheck<SiloHealth>("cluster", timeout: Patience).AddCheck<PaymentHealth>("payments", timeout: Patience);

    internal static void AddClientHealth(this IServiceCollection services)
    {
        services.AddSingleton<GatewayHealth>();
        services.AddReadiness().AddCheck<GatewayHealth>("cluster", timeout: Patience);
    }

    internal static void AddIdleHealth(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Readiness>();
        services.AddHealthChecks().AddCheck<SiteHealth>("site", timeout: Patience);
    }

    private static IHealthChecksBuilder AddReadiness(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Readiness>();

        // They remember their last trial writes.
        services.AddSingleton<DatabasesHealth>();
        return services.AddHealthChecks()
            .AddCheck<DatabasesHealth>("storage", timeout: Patience)
            .AddCheck<StreamHealth>("streams", timeout: Patience)
            .AddCheck<SettingsHealth>("settings", timeout: Patience);
    }
}
