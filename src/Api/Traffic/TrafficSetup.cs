using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Reading;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Granary.Api.Traffic;

/// <summary>Composes the limits on what callers may send and on what browsers may do.</summary>
public static class TrafficSetup
{
    private const int RetrySeconds = 2;

    private const string TooLong =
        "The request took longer than Granary:Limits:RequestTimeout permits. It is unknown whether it took effect.";

    // Browsers ask again after that, so an origin that is taken out of the setting stays in for as long.
    private static readonly TimeSpan PreflightAge = TimeSpan.FromMinutes(10);

    /// <summary>Adds the limits from the configuration.</summary>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid; the message names the key.</exception>
    public static void AddTrafficLimits(this WebApplicationBuilder builder)
    {
        var options = TrafficOptions.From(builder.Settings());
        var services = builder.Services;
        services.AddSingleton(options);
        builder.AddLive(RateOptions.From);
        builder.AddLive(AdmissionOptions.From);
        services.AddSingleton(provider =>
        {
            var live = provider.GetRequiredService<LiveSettings>();
            var admission = new Admission(live.Now.Get<AdmissionOptions>(), provider.GetRequiredService<TimeProvider>());
            live.Changed += () => admission.Change(live.Now.Get<AdmissionOptions>());
            return admission;
        });
        services.AddSingleton<AdmissionMetrics>();
        services.AddSingleton<UntrustedForwarding>();
        services.AddHealthChecks().AddCheck<UntrustedForwarding>("proxies");
        services.AddSingleton<RateLimits>();
        services.AddSingleton<StrangerLimits>();
        services.AddSingleton(_ => new HeldBodies(options.MaxArrivingPerNetwork, HeldBodies.AffordableBytes));
        services.AddSingleton<NetworkConnections>();
        services.AddRateLimiter(_ => { });
        services.AddSingleton<IConfigureOptions<RateLimiterOptions>>(provider =>
            new ConfigureOptions<RateLimiterOptions>(provider.GetRequiredService<RateLimits>().Configure));
        services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = options.RequestTimeout,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
            WriteTimeoutResponse = context => new ProblemResult(
                Problem.Of(ProblemTypes.Unavailable, TooLong) with { RetryAfter = RetrySeconds }).ExecuteAsync(context),
        });
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. options.CorsOrigins])
            .AllowAnyMethod()
            .AllowAnyHeader()
            .SetPreflightMaxAge(PreflightAge)
            .WithExposedHeaders(
                "ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "Allow", "WWW-Authenticate",
                RequestIds.Header, IdempotencyKey.ReplayedHeader, Positions.Header, Positions.ReadFromHeader)));
        services.Configure<ForwardedHeadersOptions>(forwarded => TrustProxies(forwarded, options));
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ConnectionLimits>();
        builder.WebHost.UseSockets(sockets => sockets.Backlog = ConnectionLimits.Backlog);
    }

    /// <summary>Marks endpoints that must answer under any load: health, metrics.</summary>
    public static TBuilder NeverLimited<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.DisableRateLimiting().NeverShed();

    /// <summary>Marks endpoints that operators need most under overload.</summary>
    public static TBuilder NeverShed<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new LoadShedding.Unshed());

    /// <summary>Marks endpoints that only copy bytes to the caller: a slow reader must not keep a turn that work waits for.</summary>
    public static TBuilder CopiesBytes<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.NeverShed();

    /// <summary>Marks endpoints whose answer may be longer than the server buffers: the turn ends when the answer waits for its reader.</summary>
    public static TBuilder AnswersAtLength<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new LoadShedding.LongAnswer());

    /// <summary>Sets the largest body of an endpoint; without it <see cref="BodyLimit.Default"/> holds.</summary>
    public static TBuilder TakesBodyOf<TBuilder>(this TBuilder endpoint, BodyLimit limit)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(limit);

    /// <summary>Marks an endpoint that costs much and asks for no token.</summary>
    public static TBuilder IsDear<TBuilder>(this TBuilder endpoint, DearKind kind)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new DearOperation(kind));

    /// <summary>Marks endpoints that wait for another system. They bound their number themselves.</summary>
    public static TBuilder WaitsForOthers<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new LoadShedding.WaitForOthers());

    /// <summary>Gives the turn of a request to <see cref="WaitsForOthers"/> back before it waits; again, it does nothing.</summary>
    public static void GiveBackTurn(this HttpContext context) => context.Features.Get<Turn>()?.GiveBack();

    /// <summary>Marks endpoints that hold the connection as long as the caller wants, such as a live stream of events.</summary>
    public static TBuilder HoldsConnection<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new DisableRequestTimeoutAttribute()).NeverShed();

    /// <summary>Adds the limits that apply before the caller is known: outermost except for the request's id.</summary>
    public static void UseEarlyTrafficLimits(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<TrafficOptions>();
        app.Use(app.Services.GetRequiredService<UntrustedForwarding>().InvokeAsync);
        if (options.TrustedProxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        if (options.CorsOrigins.Count > 0)
        {
            // Before what refuses, so that scripts can read refusals, too.
            app.UseCors();
        }

        app.UseMiddleware<BodyArrival>();
        app.UseMiddleware<LoadShedding>();
        app.UseRequestTimeouts();
        app.UseMiddleware<BodyDeadline>();
    }

    /// <summary>Adds the limits per caller: after authentication and before authorisation, so that refusals count too.</summary>
    public static void UseRateLimits(this WebApplication app)
    {
        app.UseRateLimiter();
        app.Use(app.Services.GetRequiredService<RateLimits>().TellAsync);
        app.Use(app.Services.GetRequiredService<StrangerLimits>().InvokeAsync);
    }

    private static void TrustProxies(ForwardedHeadersOptions forwarded, TrafficOptions options)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.TrustedProxies)
        {
            forwarded.KnownIPNetworks.Add(network);
        }
    }
}
