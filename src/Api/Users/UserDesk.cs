using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;

namespace Granary.Api.Users;

/// <summary>The services of the user endpoints.</summary>
public readonly record struct UserDesk(IGrainFactory Grains, Currency Currency, RefusalProblems Problems, AuthOptions Auth)
{
    /// <summary>The grain of this user, or null if the text cannot be a user id.</summary>
    public IUserGrain? Find(string id) => UserId.IsValid(id) ? Grains.User(id) : null;

    /// <summary>
    /// Has an administrator take something from another user, so that of two who do it to each other one is left. An external issuer
    /// knows who its administrators are.
    /// </summary>
    public Func<IUserGrain, Task<UserReply>> AsAdministrator(
        Func<IAdministratorsGrain, Task<UserReply>> act, Func<IUserGrain, Task<UserReply>> otherwise)
    {
        if (Auth.Authority is not null)
        {
            return otherwise;
        }

        var administrators = Grains.GetGrain<IAdministratorsGrain>(0);
        return _ => act(administrators);
    }
}
