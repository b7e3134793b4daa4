using System.Net;
using Granary.Api.Auth;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;
using Granary.Hosting.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orleans.Dashboard;

namespace Granary.Api.Telemetry;

/// <summary>The Orleans dashboard at <c>/dashboard</c>, for administrators: with a token, or after logging in on a page.</summary>
public static class DashboardEndpoints
{
    /// <summary>Where a browser logs in.</summary>
    public const string LoginPath = DashboardCookie.Root + "/login";

    private const string LogoutPath = DashboardCookie.Root + "/logout";

    /// <summary>Maps it, unless <c>Granary:Telemetry:Dashboard</c> is off.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        if (!routes.ServiceProvider.GetRequiredService<TelemetryOptions>().Dashboard)
        {
            return;
        }

        // Mapping compresses the files of the pages, which took an eighth of the product's start: the first visitor waits for it.
        var dashboard = new Lazy<RequestDelegate>(() => Build(routes.ServiceProvider));
        routes.MapGet(DashboardCookie.Root + "/{**path}", context => VisitAsync(dashboard.Value, context))
            .RequireAuthorization(Policies.Admin).NeverShed().ExcludeFromDescription();
        if (routes.ServiceProvider.GetRequiredService<AuthOptions>().Authority is null)
        {
            var login = routes.MapGroup("").AllowAnonymous().NeverShed().ExcludeFromDescription();
            login.MapGet(LoginPath, () => Page(null, StatusCodes.Status200OK));
            login.MapPost(LoginPath, LogInAsync);
            login.MapPost(LogoutPath, LogOut);
        }
    }

    private static RequestDelegate Build(IServiceProvider services) => new ApplicationBuilder(services)
        .UseRouting()
        .UseEndpoints(routes => routes.MapGroup("").RequireAuthorization(Policies.Admin).ExcludeFromDescription().AnswersHeadLikeGet()
            .MapOrleansDashboard(DashboardCookie.Root))
        .Build();

    /// <summary>Has the dashboard's own routing answer a request that the product's has let in.</summary>
    private static Task VisitAsync(RequestDelegate dashboard, HttpContext context)
    {
        context.SetEndpoint(null);
        context.Request.RouteValues.Clear();
        return dashboard(context);
    }

    private static async Task<Results<RedirectHttpResult, ContentHttpResult, ProblemResult>> LogInAsync(
        HttpContext context, [FromServices] Login login, CancellationToken cancellationToken)
    {
        if (!RequestOrigin.MayBeThisSite(context.Request))
        {
            return Page("The form was sent from another site.", StatusCodes.Status403Forbidden);
        }

        if (!context.Request.HasFormContentType)
        {
            return new ProblemResult(Problem.Of(ProblemTypes.ForStatus(StatusCodes.Status415UnsupportedMediaType)));
        }

        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            // More fields than a form may have, or longer ones.
            return Page("Both are needed.", StatusCodes.Status400BadRequest);
        }

        var validation = new Validation();
        var userName = validation.Text("user_name", form["user_name"], Limits.NameLength);
        var password = validation.Text("password", form["password"], Limits.LongestPassword);
        if (validation.Failed)
        {
            return Page("Both are needed.", StatusCodes.Status400BadRequest);
        }

        var outcome = await login.TryAsync(userName, password, context.Connection.RemoteIpAddress, cancellationToken);
        if (outcome.Token is not { } token)
        {
            // As a page it is read by the person who typed; 401 would have the browser ask once more in its own way.
            return Page(outcome.Problem!.Title, outcome.Problem.Status == 401 ? StatusCodes.Status403Forbidden : outcome.Problem.Status);
        }

        if (!outcome.Roles.Contains(Roles.Admin))
        {
            return Page("The dashboard is for administrators.", StatusCodes.Status403Forbidden);
        }

        DashboardCookie.Set(context, token);
        return TypedResults.LocalRedirect("~" + DashboardCookie.Root + "/");
    }

    private static Results<RedirectHttpResult, ContentHttpResult> LogOut(HttpContext context)
    {
        if (!RequestOrigin.MayBeThisSite(context.Request))
        {
            return Page("The form was sent from another site.", StatusCodes.Status403Forbidden);
        }

        DashboardCookie.Clear(context);
        return TypedResults.LocalRedirect("~" + LoginPath);
    }

    private static ContentHttpResult Page(string? message, int status) => TypedResults.Content(
        $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Granary dashboard</title></head>
        <body><main><h1>Granary dashboard</h1>
        <p role="alert">{WebUtility.HtmlEncode(message)}</p>
        <form method="post" action="{LoginPath}">
        <p><label>User name <input name="user_name" autocomplete="username" required autofocus></label></p>
        <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
        <p><button>Log in</button></p>
        </form>
        </main></body>
        </html>
        """,
        "text/html; charset=utf-8",
        statusCode: status);
}
