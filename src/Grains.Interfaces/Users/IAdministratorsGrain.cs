using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.Users;

/// <summary>
/// What one administrator does to another user's access, one call after the other: the actor must still be an administrator when the
/// call is carried out, so of two who suspend or demote each other at once only the first does, and one is always left. One grain, with
/// key 0.
/// </summary>
[Alias("granary.administrators-grain"), Version(1)]
public interface IAdministratorsGrain : IGrainWithIntegerKey
{
    /// <summary>Gives a user these roles and no others; refused with <see cref="NotAdministrator"/>.</summary>
    [Alias("set-roles")]
    Task<UserReply> SetRoles(string userId, IReadOnlyList<string> roles, string by);

    /// <summary>Suspends a user; refused with <see cref="NotAdministrator"/>.</summary>
    [Alias("suspend")]
    Task<UserReply> Suspend(string userId, string by);

    /// <summary>Closes a user's account; refused with <see cref="NotAdministrator"/>.</summary>
    [Alias("close")]
    Task<UserReply> Close(string userId, string by);
}
