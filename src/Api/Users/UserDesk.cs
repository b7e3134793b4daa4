using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;

namespace Granary.Api.Users;

/// <summary>The services of the user endpoints.</summary>
public readonly record struct UserDesk(IGrainFactory Grains, Currency Currency, RefusalProblems Problems)
{
    /// <summary>The grain of this user, or null if the text cannot be a user id.</summary>
    public IUserGrain? Find(string id) => UserId.IsValid(id) ? Grains.User(id) : null;
}
