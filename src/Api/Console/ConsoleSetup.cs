using Granary.Api.Problems;
using Granary.Api.Traffic;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.Console;

/// <summary>
/// Composes the console for people at <c>/console</c>: static pages that call the public API, and a session in a cookie. How its pages are made
/// is in <c>docs/console.md</c>.
/// </summary>
public static class ConsoleSetup
{
    // As the pages need it and no more. Scripts and styles are files; what frames may do is in X-Frame-Options.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'";

    /// <summary>Adds the services of the console.</summary>
    /// <param name="provider">Who carries out external payments: <c>Granary:Payments:Provider</c> of this process, in lower case.</param>
    public static void AddConsole(this IServiceCollection services, string provider)
    {
        services.AddSingleton(services => ActivatorUtilities.CreateInstance<ConsoleFiles>(services, provider));
        services.AddSingleton<ExternalSignIn>();
    }

    /// <summary>Turns the console's calls into calls of the API; must precede routing.</summary>
    public static void UseConsoleCalls(this WebApplication app) => app.UseMiddleware<ConsoleCalls>();

    /// <summary>Maps the session, the files and the way there.</summary>
    public static void MapConsole(this IEndpointRouteBuilder routes)
    {
        routes.MapSession();
        var files = routes.MapGroup("").AllowAnonymous().CopiesBytes().ExcludeFromDescription();
        files.MapGet("/", static () => TypedResults.LocalRedirect("~" + ConsoleCalls.Root));
        files.MapGet(ConsoleCalls.Root + "/{**path}", Answer);
    }

    private static async Task<Results<EmptyHttpResult, ProblemResult>> Answer(string? path, HttpContext http, ConsoleFiles files)
    {
        if (files.Find(path ?? "") is not { } file)
        {
            return new ProblemResult(Problem.Of(ProblemTypes.NotFound));
        }

        http.Response.Headers.ContentSecurityPolicy = Policy;
        await file.AnswerAsync(http);
        return TypedResults.Empty;
    }
}
