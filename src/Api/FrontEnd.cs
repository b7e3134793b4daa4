using System.Diagnostics;
using Granary.Api.ApiKeys;
using Granary.Api.Auth;
using Granary.Api.BackOffice;
using Granary.Api.Console;
using Granary.Api.Docs;
using Granary.Api.Feed;
using Granary.Api.Http;
using Granary.Api.Orders;
using Granary.Api.Payments;
using Granary.Api.Problems;
using Granary.Api.Products;
using Granary.Api.Products.Cache;
using Granary.Api.Settings;
using Granary.Api.Start;
using Granary.Api.Telemetry;
using Granary.Api.Traffic;
using Granary.Api.Users;
using Granary.Api.Webhooks;
using Granary.Hosting;
using Granary.Hosting.Clustering;
using Granary.Hosting.Health;
using Granary.Hosting.Listening;
using Granary.Hosting.Settings;
using Granary.Hosting.Sites;
using Granary.Hosting.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Api;

/// <summary>Composes the HTTP front end: the services of its endpoints and the request pipeline.</summary>
public static class FrontEnd
{
    /// <summary>Runs the whole process until it is told to stop.</summary>
    /// <param name="args">Settings as command-line arguments.</param>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static async Task RunAsync(string[] args)
    {
        await SiteRun.RunAsync(SettingsOf(args).Configuration, isIdle => Build(args, configure: null, isIdle));
    }

    /// <summary>Composes the whole process: the front end, and a silo in the process or a client of the cluster.</summary>
    /// <param name="args">Settings as command-line arguments.</param>
    /// <param name="configure">What another host, such as a test, adds before the configuration is read.</param>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null) => Build(args, configure, isIdle: false);

    /// <inheritdoc cref="Build(string[], Action{WebApplicationBuilder}?)"/>
    /// <param name="isIdle">Whether the process belongs to a site that takes no writes.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure, bool isIdle)
    {
        OpenFiles.Check();
        var builder = SettingsOf(args);
        configure?.Invoke(builder);
        builder.AddLiveSettings();
        builder.AddGranaryLog();
        builder.AddGranaryTelemetry("granary");
        builder.AddHttpAddresses();
        if (isIdle)
        {
            builder.AddIdleSite();
        }
        else
        {
            builder.AddGrains();
            builder.Services.AddHostedService<SampleCatalogue>();
        }

        builder.AddFrontEnd();
        var app = builder.Build();
        app.UseFrontEnd();
        return app;
    }

    /// <summary>The builder with the settings. Files are beside the program; the data directory is relative to the working directory.</summary>
    private static WebApplicationBuilder SettingsOf(string[] args) => WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = args,
        ContentRootPath = AppContext.BaseDirectory,
    });

    /// <summary>Adds the services of the endpoints.</summary>
    private static void AddFrontEnd(this WebApplicationBuilder builder)
    {
        var settings = builder.Settings();
        if (settings.Read(SettingKeys.Urls).Count + settings.Read(SettingKeys.HttpPorts).Count + settings.Read(SettingKeys.HttpsPorts).Count == 0)
        {
            builder.WebHost.UseUrls(SettingKeys.Urls.Default);
        }

        var services = builder.Services;
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddExceptionHandler<FaultHandler>();
        services.AddProblemDetails();
        services.AddSingleton(new Currency(settings.Read(SettingKeys.Currency)));
        services.AddSingleton(new TrackingOptions(settings.Read(SettingKeys.TrackingHeartbeat)));
        services.AddSingleton<StreamPlaces>();
        services.AddSingleton<EventStreams>();
        services.TryAddSingleton(settings.Statistics());
        services.AddSingleton<StatisticsFeed>();
        services.AddSingleton<ExportPlaces>();
        services.AddSingleton<WebhookTestPlaces>();
        services.AddSingleton<PaymentPlaces>();
        services.AddSingleton<UserSearch>();
        services.AddSingleton<RefusalProblems>();
        services.AddSingleton<RejectedRequests>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RequestMetrics>();
        builder.AddGranaryAuth();
        builder.AddTrafficLimits();
        builder.AddLive(PlacingOptions.From);
        builder.AddLive(RegistrationOptions.From);
        services.AddSingleton<RequestVariants>();
        services.AddSingleton<VariantTallies>();
        services.AddHostedService<VariantReports>();
        services.AddApiDocument();
        services.AddConsole(settings.PaymentProvider());
        builder.AddProductCache();
        var drainTime = settings.Read(SettingKeys.DrainTime);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Draining>(provider, drainTime));
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        services.AddHostedService<Welcome>();
    }

    /// <summary>Builds the request pipeline and maps the endpoints.</summary>
    private static void UseFrontEnd(this WebApplication app)
    {
        app.Services.GetRequiredService<RejectedRequests>().ListenTo(app.Services.GetRequiredService<DiagnosticListener>());
        app.Use(app.Services.GetRequiredService<Draining>().InvokeAsync);
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<RequestTelemetry>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => new ProblemResult(ProblemOf(context.HttpContext)).ExecuteAsync(context.HttpContext));

        app.UseConsoleCalls();

        // Explicit, because the framework would put routing first, outside the error handler.
        app.UseRouting();
        app.UseMiddleware<OrderTag>();
        app.UseEarlyTrafficLimits();
        app.UseApiKeyCheck();
        app.UseAuthentication();
        app.Use(app.Services.GetRequiredService<RequestVariants>().InvokeAsync);
        app.UseRateLimits();
        app.UseGranaryAuthorization();
        app.UseMiddleware<Utf8Bodies>();

        // Endpoints require authorisation unless they opt out.
        var api = app.MapGroup("").RequireAuthorization().AnswersCommonProblems().AnswersHeadLikeGet();
        api.MapGranaryTokens();
        api.MapApiKeys();
        api.MapOrders();
        api.MapPayments();
        api.MapProviderEvents();
        api.MapSandbox();
        api.MapProducts();
        api.MapUsers();
        api.MapWebhooks();
        api.MapBackOffice();
        api.MapSettings();
        api.MapStatistics();
        api.MapEventFeed();
        api.MapProblemPages();
        api.MapApiDocument();
        api.MapConsole();
        api.MapHealth().AllowAnonymous().NeverLimited();
        api.MapDashboard();
        api.MapMetrics().AllowAnonymous().NeverLimited();
    }

    /// <summary>The problem for a bare status. A preflight reaches a route only where no origin is configured.</summary>
    private static Problem ProblemOf(HttpContext http)
    {
        var isPreflight = HttpMethods.IsOptions(http.Request.Method) && http.Request.Headers.AccessControlRequestMethod.Count > 0;
        return Problem.Of(
            ProblemTypes.ForStatus(http.Response.StatusCode),
            isPreflight ? $"No scripts of other origins may call: {SettingKeys.CorsOrigins} is not set."
            : http.GetEndpoint() is null && http.Response.StatusCode == StatusCodes.Status404NotFound ? "No operation has this path. GET /docs lists them all."
            : null);
    }
}
