using Granary.Auth;
using Granary.Http;
using Granary.Orders;
using Granary.Problems;
using Granary.Products;
using Granary.Users;

namespace Granary;

/// <summary>Composes the HTTP front end: what its endpoints work with, and the way a request takes.</summary>
public static class FrontEnd
{
    private const long LargestBody = 1_000_000;

    /// <summary>Adds what the endpoints work with.</summary>
    public static WebApplicationBuilder AddFrontEnd(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });

        var services = builder.Services;
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddExceptionHandler<FaultHandler>();
        services.AddProblemDetails();
        services.AddSingleton(Currency.From(builder.Configuration));
        services.AddSingleton<RefusalProblems>();
        services.AddSingleton<Passwords>();
        services.AddSingleton(TimeProvider.System);
        return builder;
    }

    /// <summary>Lays out the way of a request and maps the endpoints.</summary>
    public static WebApplication UseFrontEnd(this WebApplication app)
    {
        app.UseMiddleware<RequestIds>();
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => new ProblemResult(
            Problem.Of(ProblemTypes.ForStatus(context.HttpContext.Response.StatusCode))).ExecuteAsync(context.HttpContext));
        app.UseMiddleware<Utf8Bodies>();

        app.MapOrders();
        app.MapProducts();
        app.MapUsers();
        app.MapProblemPages();
        return app;
    }
}
