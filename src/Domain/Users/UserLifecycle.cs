using Granary.Grains.Interfaces.Users;
using Stateless;

namespace Granary.Domain.Users;

/// <summary>What can be done with a user.</summary>
public enum UserTrigger
{
    Register,
    Hold,
    Deposit,
    Withdraw,
    Edit,
    Suspend,
    Reactivate,
    Close,
}

/// <summary>The legal transitions of a user, as a Stateless machine.</summary>
public static class UserLifecycle
{
    private static readonly TransitionTable<UserStatus, UserTrigger> Transitions = new(Machine);

    /// <summary>The status after a trigger, or null when the current status does not permit it.</summary>
    public static UserStatus? Next(UserStatus status, UserTrigger trigger) =>
        Transitions.Next(status, trigger);

    /// <summary>What a status permits, in lower case.</summary>
    public static IReadOnlyList<string> AllowedActions(UserStatus status, params UserTrigger[] except) => Transitions.Permitted(status, except);

    private static StateMachine<UserStatus, UserTrigger> Machine(UserStatus status)
    {
        var machine = new StateMachine<UserStatus, UserTrigger>(status);
        machine.Configure(UserStatus.None)
            .Permit(UserTrigger.Register, UserStatus.Active);
        machine.Configure(UserStatus.Active)
            .PermitReentry(UserTrigger.Hold)
            .PermitReentry(UserTrigger.Deposit)
            .PermitReentry(UserTrigger.Withdraw)
            .PermitReentry(UserTrigger.Edit)
            .Permit(UserTrigger.Suspend, UserStatus.Suspended)
            .Permit(UserTrigger.Close, UserStatus.Closed);
        machine.Configure(UserStatus.Suspended)
            .PermitReentry(UserTrigger.Deposit)
            .PermitReentry(UserTrigger.Withdraw)
            .PermitReentry(UserTrigger.Edit)
            .Permit(UserTrigger.Reactivate, UserStatus.Active)
            .Permit(UserTrigger.Close, UserStatus.Closed);
        return machine;
    }
}
