using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Orders;
using Granary.Api.Problems;
using Granary.Api.Products;
using Granary.Api.Products.Cache;
using Granary.Api.Start;
using Granary.Api.Telemetry;
using Granary.Api.Traffic;
using Granary.Api.Users;
using Granary.Api.Webhooks;
using Granary.Hosting.Clustering;
using Granary.Hosting.Health;
using Granary.Hosting.Settings;
using Granary.Hosting.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Api;

/// <summary>Composes the HTTP front end: the services of its endpoints and the request pipeline.</summary>
public static class FrontEnd
{
    private const string DefaultAddress = "http://localhost:5080";

    /// <summary>Composes the whole process: the front end, and a silo in the process or a client of the cluster.</summary>
    /// <param name="args">Settings as command-line arguments.</param>
    /// <param name="configure">What another host, such as a test, adds before the configuration is read.</param>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        // Settings files are beside the program; the data directory is relative to the working directory.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        configure?.Invoke(builder);
        builder.AddGranaryLog();
        builder.AddGranaryTelemetry("granary");
        builder.AddGrains();
        builder.AddFrontEnd();
        var app = builder.Build();
        app.UseFrontEnd();
        return app;
    }

    /// <summary>Adds the services of the endpoints.</summary>
    private static void AddFrontEnd(this WebApplicationBuilder builder)
    {
        if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is null && builder.Configuration[WebHostDefaults.HttpPortsKey] is null)
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }

        CheckAddresses(builder.Configuration[WebHostDefaults.ServerUrlsKey]);

        var services = builder.Services;
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddExceptionHandler<FaultHandler>();
        services.AddProblemDetails();
        services.AddSingleton(Currency.From(builder.Configuration));
        services.AddSingleton(TrackingOptions.From(builder.Configuration));
        services.AddSingleton<RefusalProblems>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RequestMetrics>();
        builder.AddGranaryAuth();
        builder.AddTrafficLimits();
        services.AddApiDocument();
        builder.AddProductCache();
        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        services.AddHostedService<SampleCatalogue>();
        services.AddHostedService<Welcome>();
    }

    private static void CheckAddresses(string? addresses)
    {
        foreach (var address in addresses?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            try
            {
                BindingAddress.Parse(address);
            }
            catch (FormatException)
            {
                throw new InvalidConfigurationException(
                    WebHostDefaults.ServerUrlsKey, $"has '{address}', which is not an address to listen on; a valid one is http://localhost:5080.");
            }
        }
    }

    /// <summary>Builds the request pipeline and maps the endpoints.</summary>
    private static void UseFrontEnd(this WebApplication app)
    {
        app.Use(app.Services.GetRequiredService<Draining>().InvokeAsync);
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<RequestTelemetry>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => new ProblemResult(
            Problem.Of(ProblemTypes.ForStatus(context.HttpContext.Response.StatusCode))).ExecuteAsync(context.HttpContext));

        // Explicit, because the framework would put routing first, outside the error handler.
        app.UseRouting();
        app.UseMiddleware<OrderTag>();
        app.UseEarlyTrafficLimits();
        app.UseAuthentication();
        app.UseRateLimits();
        app.UseGranaryAuthorization();
        app.UseMiddleware<Utf8Bodies>();

        // Endpoints require authorisation unless they opt out.
        var api = app.MapGroup("").RequireAuthorization().AnswersCommonProblems().AnswersHeadLikeGet();
        api.MapGranaryTokens();
        api.MapOrders();
        api.MapProducts();
        api.MapUsers();
        api.MapWebhooks();
        api.MapProblemPages();
        api.MapApiDocument();
        api.MapHealth().AllowAnonymous().NeverLimited();
        api.MapDashboard();
        api.MapMetrics().AllowAnonymous().NeverLimited();
    }
}
