using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Hosting.Auth;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using UserRoles = Granary.Grains.Interfaces.Users.Roles;

namespace Granary.Api.Console;

/// <summary>Who is signed in to the console.</summary>
/// <param name="Roles">The roles that count now.</param>
/// <param name="ExpiresAt">When the session ends.</param>
public sealed record SessionBody(
    string UserId,
    string UserName,
    [property: Choices(UserRoles.Customer, UserRoles.Operator, UserRoles.Admin)] IReadOnlyList<string> Roles,
    DateTime ExpiresAt,
    string? DisplayName = null);

/// <summary>
/// <c>/console/session</c>: an access token in a cookie, for the browser. A session has no state of its own: it begins with a token, is as valid
/// as the token at every request, and ends with it.
/// </summary>
public static class SessionEndpoints
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapSession(this IEndpointRouteBuilder routes)
    {
        var session = routes.MapGroup(ConsoleCalls.Session).WithTags("Console");
        session.MapGet("", Read).WithName("GetConsoleSession").WithSummary("Read who is signed in to the console");
        session.MapDelete("", End).WithName("EndConsoleSession").WithSummary("Sign out of the console, which ends all of the caller's tokens")
            .Reads(OwnHeader)
            .Answers(ProblemTypes.CrossSiteRequest);
        var auth = routes.ServiceProvider.GetRequiredService<AuthOptions>();
        if (auth is { Authority: not null, ClientId: not null })
        {
            var external = routes.MapGroup("").AllowAnonymous().ExcludeFromDescription();
            external.MapGet(ExternalSignIn.Start, static ([FromQuery(Name = "return")] string? back, HttpContext http, ExternalSignIn signIn) => signIn.BeginAsync(back, http));
            external.MapGet(ExternalSignIn.Callback, static (string? code, string? state, string? error, HttpContext http, ExternalSignIn signIn) =>
                signIn.FinishAsync(code, state, error, http));
        }
        else if (auth.Authority is null)
        {
            session.MapPost("", Begin).AllowAnonymous().WithName("BeginConsoleSession").WithSummary("Sign in to the console: the access token goes into a cookie")
                .WithExample("""{ "user_name": "ada", "password": "correct horse battery staple" }""")
                .Reads(OwnHeader)
                .Answers(ProblemTypes.InvalidCredentials, ProblemTypes.UserSuspended, ProblemTypes.CrossSiteRequest);
        }
    }

    private static RequestHeader OwnHeader { get; } = new(ConsoleCalls.Header, "1. Only the console's own pages can send it.") { IsRequired = true };

    private static async Task<Results<NoContent, ProblemResult>> Begin(
        TokenRequest request, [FromServices] Login login, HttpContext http, CancellationToken cancellationToken)
    {
        var (token, problem) = await TokenEndpoints.IssueAsync(request, login, http, cancellationToken);
        if (token is null)
        {
            return problem!;
        }

        ConsoleCalls.Cookie.Set(http, token.AccessToken, TimeSpan.FromSeconds(token.ExpiresIn));
        return TypedResults.NoContent();
    }

    private static async Task<Ok<SessionBody>> Read(Caller caller, HttpContext http, [FromServices] IGrainFactory grains)
    {
        var user = (await grains.User(caller.UserId).Get()).User!;
        var authenticated = await http.AuthenticateAsync();
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new SessionBody(
            user.Id,
            user.UserName,
            [.. http.User.FindAll(Caller.RoleClaim).Select(role => role.Value)],
            authenticated.Properties!.ExpiresUtc!.Value.UtcDateTime,
            user.DisplayName));
    }

    private static async Task<Results<NoContent, ProblemResult>> End(
        Caller caller, HttpContext http, [FromServices] IGrainFactory grains, [FromServices] RefusalProblems problems)
    {
        ConsoleCalls.Cookie.Clear(http);
        return await AccountEndpoints.SignOut(caller, grains, problems);
    }
}
