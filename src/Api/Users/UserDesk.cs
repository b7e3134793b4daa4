using Granary.Http;
using Granary.Problems;

namespace Granary.Users;

/// <summary>What the user endpoints work with.</summary>
public readonly record struct UserDesk(IGrainFactory Grains, Currency Currency, RefusalProblems Problems)
{
    /// <summary>The grain of this user, or null when the text cannot be a user id.</summary>
    public IUserGrain? Find(string id) => UserId.IsValid(id) ? Grains.User(id) : null;
}
