using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Granary.Api.Auth;

/// <summary>
/// Checks whether the caller of a request that lasts, such as an event stream, would still be let in: the access token may expire
/// or lose its signing key, the user may be suspended or lose a role, all long after the request began.
/// </summary>
public sealed class LastingAccess(IGrainFactory grains, ApiKeyRing keys, AuthOptions options)
{
    /// <summary>Whether the same request would be accepted now, with the same roles.</summary>
    public async Task<bool> HoldsAsync(HttpContext http, Caller caller) => await IsAuthenticAsync(http) && await MayActAsync(http, caller);

    private async Task<bool> IsAuthenticAsync(HttpContext http)
    {
        if (ApiKeyCheck.TextOf(http.Request) is { } key)
        {
            try
            {
                await keys.EnsureAsync(key);
            }
            catch (Exception fault) when (fault is OrleansException or TimeoutException or JournalException)
            {
                // The set is asked for again with the next event or heartbeat. A cluster that is away for longer ends the stream: a key may have
                // been revoked meanwhile.
                if (!keys.IsRecent)
                {
                    return false;
                }
            }
        }

        // The request's own handler has authenticated it and keeps that result; a new one looks again.
        await using var scope = http.RequestServices.CreateAsyncScope();
        var handlers = scope.ServiceProvider.GetRequiredService<IAuthenticationHandlerProvider>();
        var handler = await handlers.GetHandlerAsync(http, JwtBearerDefaults.AuthenticationScheme);
        return (await handler!.AuthenticateAsync()).Succeeded;
    }

    private async Task<bool> MayActAsync(HttpContext http, Caller caller)
    {
        if (Caller.IsKey(http.User))
        {
            // The scopes of a key never change.
            return true;
        }

        User? user;
        try
        {
            user = (await grains.User(caller.UserId).Get()).User;
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException or JournalException)
        {
            // The user's silo is changing: the right is asked for again with the next event or heartbeat.
            return true;
        }

        return user is { Status: UserStatus.Active }
            && !TokenGeneration.IsOver(http.User, user, options)
            && (!caller.SeesAll || Caller.From(RolesInForce.Of(http.User, user, options)).SeesAll);
    }
}
