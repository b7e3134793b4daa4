using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;

namespace Granary.Grains.Users;

/// <summary>What one administrator does to another user's access. It is not reentrant: that is what makes it decide one by one.</summary>
public sealed class AdministratorsGrain : Grain, IAdministratorsGrain
{
    /// <inheritdoc/>
    public Task<UserReply> SetRoles(string userId, IReadOnlyList<string> roles, string by) =>
        ActAsync(by, () => GrainFactory.User(userId).SetRoles(roles, by));

    /// <inheritdoc/>
    public Task<UserReply> Suspend(string userId, string by) => ActAsync(by, () => GrainFactory.User(userId).Suspend(by));

    /// <inheritdoc/>
    public Task<UserReply> Close(string userId, string by) => ActAsync(by, () => GrainFactory.User(userId).Close(by));

    private async Task<UserReply> ActAsync(string by, Func<Task<UserReply>> act)
    {
        var actor = (await GrainFactory.User(by).Get()).User;
        return actor is { Status: UserStatus.Active } && actor.Roles.Contains(Roles.Admin)
            ? await act()
            : new UserReply(null, new NotAdministrator());
    }
}
