using Granary.Http;
using Granary.Problems;
using Granary.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace Granary.Auth;

/// <summary>Who wants a token.</summary>
public sealed record TokenRequest
{
    public string? UserName { get; init; }

    public string? Password { get; init; }
}

/// <summary><c>POST /auth/token</c>: a password for a token.</summary>
public static class TokenEndpoints
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapTokens(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/auth/token", IssueToken).AllowAnonymous().WithTags("Users and tokens").WithName("IssueToken")
            .WithSummary("Exchanges a user name and a password for an access token");

    private static async Task<Results<Ok<TokenBody>, ProblemResult>> IssueToken(
        TokenRequest request, [AsParameters] LoginServices login, HttpContext context, CancellationToken cancellationToken)
    {
        var validation = new Validation();
        var userName = validation.Text("user_name", request.UserName, Limits.NameLength);
        var password = validation.Text("password", request.Password, Passwords.LongestPassword);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var userId = UserId.From(userName);
        var address = context.Connection.RemoteIpAddress;
        if (login.Throttle.Begin(userId, address) is { } wait)
        {
            var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
            return new ProblemResult(Problem.Of(ProblemTypes.TooManyRequests) with { RetryAfter = seconds });
        }

        var user = login.Grains.GetGrain<IUserGrain>(userId);
        var credential = await user.GetCredential();
        var verdict = await login.Passwords.VerifyAsync(credential?.PasswordHash, password, cancellationToken);
        if (credential is null || verdict == PasswordVerificationResult.Failed)
        {
            return new ProblemResult(Problem.Of(ProblemTypes.InvalidCredentials));
        }

        login.Throttle.Succeeded(userId, address);
        if (credential.Status != UserStatus.Active)
        {
            var status = credential.Status.ToString().ToLowerInvariant();
            return new ProblemResult(Problem.Of(ProblemTypes.UserSuspended) with { CurrentStatus = status });
        }

        if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
        {
            await user.SetPassword(await login.Passwords.HashAsync(password, cancellationToken), userId);
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(login.Issuer.Issue(userId, credential.Roles));
    }
}

/// <summary>What a login needs.</summary>
public sealed record LoginServices(
    [FromServices] IGrainFactory Grains,
    [FromServices] Passwords Passwords,
    [FromServices] LoginThrottle Throttle,
    [FromServices] TokenIssuer Issuer);
