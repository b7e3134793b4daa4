using System.ComponentModel.DataAnnotations;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Granary.Api.Auth;

/// <summary>Who wants a token.</summary>
public sealed record TokenRequest
{
    [Required]
    public string? UserName { get; init; }

    [Required]
    public string? Password { get; init; }
}

/// <summary><c>POST /auth/token</c>: a password for a token.</summary>
public static class TokenEndpoints
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapTokens(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/auth/token", IssueToken).AllowAnonymous().WithTags("Users and tokens").WithName("IssueToken")
            .WithSummary("Get a token for a user name and a password")
            .WithExample("""{ "user_name": "ada", "password": "correct horse battery staple" }""")
            .Answers(ProblemTypes.InvalidCredentials, ProblemTypes.UserSuspended);

    private static async Task<Results<Ok<TokenBody>, ProblemResult>> IssueToken(
        TokenRequest request, [FromServices] Login login, HttpContext context, CancellationToken cancellationToken)
    {
        var (token, problem) = await IssueAsync(request, login, context, cancellationToken);
        if (token is null)
        {
            return problem!;
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(token);
    }

    /// <summary>The token, or the problem.</summary>
    internal static async Task<(TokenBody? Token, ProblemResult? Problem)> IssueAsync(
        TokenRequest request, Login login, HttpContext context, CancellationToken cancellationToken)
    {
        var validation = new Validation();
        var userName = validation.Text("user_name", request.UserName, Limits.NameLength);
        var password = validation.Text("password", request.Password, Limits.LongestPassword);
        if (validation.Failed)
        {
            return (null, validation.ToProblem());
        }

        var outcome = await login.TryAsync(userName, password, context.Connection.RemoteIpAddress, cancellationToken);
        return outcome.Token is { } token ? (token, null) : (null, new ProblemResult(outcome.Problem!));
    }
}
