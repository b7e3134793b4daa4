using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;
using Microsoft.AspNetCore.Authorization;

namespace Granary.Api.Auth;

/// <summary>
/// Checks on every request whether the user of a valid token may still act: a suspension takes effect at once on every front end,
/// and so does the removal of a role. A call to the user's grain costs about 10 µs locally and one hop remotely, which does not
/// justify the complexity of a cache.
/// </summary>
public sealed class ActiveUserCheck(RequestDelegate next, IGrainFactory grains, AuthOptions options)
{
    /// <summary>Marks an endpoint whose work asks the user anyway.</summary>
    internal sealed record AskedByEndpoint;

    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var isAnonymous = endpoint is null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        return isAnonymous || context.User.Identity is not { IsAuthenticated: true }
            ? next(context)
            : AskAsync(context, endpoint!);
    }

    private async Task AskAsync(HttpContext context, Endpoint endpoint)
    {
        // An administrator may place orders for another user, so that user's check does not cover the administrator.
        var caller = Caller.From(context.User);
        if (endpoint.Metadata.GetMetadata<AskedByEndpoint>() is null || caller.IsAdmin || options.Authority is not null)
        {
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
        }

        await next(context);
    }

    private ProblemResult? RefusalOf(HttpContext context, User? user)
    {
        if (user is null or { Status: UserStatus.None })
        {
            // The token is older than the data: it was issued over another database.
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"granary\", error=\"invalid_token\"";
            return new ProblemResult(Problem.Of(ProblemTypes.Unauthorized));
        }

        if (user.Status != UserStatus.Active)
        {
            var status = Words.Of(user.Status);
            return new ProblemResult(Problem.Of(ProblemTypes.UserSuspended) with { CurrentStatus = status });
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
