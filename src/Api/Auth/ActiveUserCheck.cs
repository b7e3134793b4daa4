using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;
using Microsoft.AspNetCore.Authorization;

namespace Granary.Api.Auth;

/// <summary>
/// Checks on every request whether the user of a valid token may still act: a suspension takes effect at once on every front end,
/// and so do the removal of a role, a change of the password and a sign-out. A call to the user's grain costs about 10 µs locally and one
/// hop remotely, which does not justify the complexity of a cache. The endpoint finds the user among the request's features.
/// An API key is no user: <see cref="ApiKeyRing"/> knows whether it may still act.
/// </summary>
public sealed class ActiveUserCheck(RequestDelegate next, IGrainFactory grains, AuthOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var isAnonymous = endpoint is null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        return isAnonymous || context.User.Identity is not { IsAuthenticated: true } || Caller.IsKey(context.User)
            ? next(context)
            : AskAsync(context);
    }

    private async Task AskAsync(HttpContext context)
    {
        var caller = Caller.From(context.User);
        var reply = await grains.User(caller.UserId).Get();
        if (reply.User is null && options.Authority is not null)
        {
            reply = await EnterAsync(context, caller.UserId);
        }

        if (RefusalOf(context, reply.User) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        context.Features.Set(reply.User);
        await next(context);
    }

    private ProblemResult? RefusalOf(HttpContext context, User? user)
    {
        if (user is { Status: UserStatus.Suspended or UserStatus.Closed })
        {
            var status = Words.Of(user.Status);
            return new ProblemResult(Problem.Of(ProblemTypes.UserSuspended) with { CurrentStatus = status });
        }

        if (user is not { Status: UserStatus.Active } || TokenGeneration.IsOver(context.User, user, options))
        {
            // The token has ended, or is older than the data: it was issued over another database.
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"granary\", error=\"invalid_token\"";
            return new ProblemResult(Problem.Of(ProblemTypes.Unauthorized));
        }

        context.User = RolesInForce.Of(context.User, user, options);
        return null;
    }

    // A user of an external issuer gets a wallet and orders with the first request, but no password.
    private async Task<UserReply> EnterAsync(HttpContext context, string userId)
    {
        var subject = context.User.FindFirst(TokenVerifier.SubjectClaim)!.Value;
        var name = context.User.FindFirst(TokenVerifier.NameClaim)?.Value;
        var user = grains.User(userId);
        var entered = await user.Register(new RegisterUser(subject, "", name, [Roles.Customer], UserId.System));
        return entered.Refusal is UserNameTaken ? await user.Get() : entered;
    }
}
