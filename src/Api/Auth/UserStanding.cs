using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;
using Microsoft.AspNetCore.Authorization;

namespace Granary.Api.Auth;

/// <summary>
/// Asks the user behind a valid token whether they may still act, on every request: a suspension takes effect at once on
/// every front end, and so does a role that was taken away. A call to the user's grain is cheaper than a cache would be
/// complicated: some 10 µs where it lives, a hop where it does not.
/// </summary>
public sealed class UserStanding(RequestDelegate next, IGrainFactory grains, AuthOptions options)
{
    /// <summary>Marks an endpoint whose work asks the user anyway.</summary>
    internal sealed record AskedByEndpoint;

    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var needsNobody = endpoint is null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        return needsNobody || context.User.Identity is not { IsAuthenticated: true }
            ? next(context)
            : AskAsync(context, endpoint!);
    }

    private async Task AskAsync(HttpContext context, Endpoint endpoint)
    {
        // An administrator may place orders for others, whose standing says nothing about theirs.
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
            // The token outlived the data it was issued over.
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"granary\", error=\"invalid_token\"";
            return new ProblemResult(Problem.Of(ProblemTypes.Unauthorized));
        }

        if (user.Status != UserStatus.Active)
        {
            var status = user.Status.ToString().ToLowerInvariant();
            return new ProblemResult(Problem.Of(ProblemTypes.UserSuspended) with { CurrentStatus = status });
        }

        var lost = options.Authority is null
            && context.User.FindAll(Caller.RoleClaim).Any(role => !user.Roles.Contains(role.Value));
        if (lost)
        {
            context.User = Caller.PrincipalOf(user.Id, user.Roles);
        }

        return null;
    }

    // A user of an external issuer has a wallet and orders here from their first request on, but no password.
    private async Task<UserReply> EnterAsync(HttpContext context, string userId)
    {
        var subject = context.User.FindFirst(TokenVerifier.SubjectClaim)!.Value;
        var name = context.User.FindFirst(TokenVerifier.NameClaim)?.Value;
        var user = grains.User(userId);
        var entered = await user.Register(new RegisterUser(subject, "", name, [Roles.Customer], UserId.System));
        return entered.Refusal is UserNameTaken ? await user.Get() : entered;
    }
}
