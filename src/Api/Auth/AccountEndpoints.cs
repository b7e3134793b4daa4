using System.ComponentModel.DataAnnotations;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Granary.Api.Auth;

/// <summary>The body of <c>POST /users/me/password</c>.</summary>
public sealed record ChangePasswordRequest
{
    [Required]
    public string? CurrentPassword { get; init; }

    [Required]
    public string? NewPassword { get; init; }

    /// <summary>Omits the passwords, so that they cannot get into logs.</summary>
    public override string ToString() => nameof(ChangePasswordRequest);
}

/// <summary>What users do about their own access: another password, and the end of their tokens.</summary>
public static class AccountEndpoints
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapAccount(this IEndpointRouteBuilder routes)
    {
        var account = routes.MapGroup("").WithTags("Users and tokens");
        account.MapPost("/users/me/password", ChangePassword).WithName("ChangePassword")
            .WithSummary("Change the caller's password, which ends all of the caller's tokens")
            .WithExample("""{ "current_password": "correct horse battery staple", "new_password": "an even better staple" }""")
            .Answers(ProblemTypes.InvalidCredentials);
        account.MapPost("/auth/sign-out", SignOut).WithName("SignOut").WithSummary("End all of the caller's tokens, on every device");
    }

    private static async Task<Results<NoContent, ProblemResult>> ChangePassword(
        ChangePasswordRequest request,
        Caller caller,
        HttpContext http,
        [FromServices] Login login,
        CancellationToken cancellationToken)
    {
        var validation = new Validation();
        var userName = http.Features.Get<User>()!.UserName;
        var current = validation.Text("current_password", request.CurrentPassword, Limits.LongestPassword);
        var password = PasswordRules.NewPassword("new_password", request.NewPassword, userName, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var problem = await login.ChangePasswordAsync(caller.UserId, current, password, http.Connection.RemoteIpAddress, cancellationToken);
        return problem is null ? TypedResults.NoContent() : new ProblemResult(problem);
    }

    internal static async Task<Results<NoContent, ProblemResult>> SignOut(
        Caller caller, [FromServices] IGrainFactory grains, [FromServices] RefusalProblems problems)
    {
        var reply = await grains.User(caller.UserId).SignOut(caller.UserId);
        return reply.Refusal is { } refusal ? problems.For(refusal) : TypedResults.NoContent();
    }
}
