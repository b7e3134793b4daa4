using Granary.Grains.Interfaces.Stock;
using Stateless;

namespace Granary.Domain.Stock;

/// <summary>What can be done with a stock item.</summary>
public enum StockTrigger
{
    Define,
    Reserve,
    Adjust,
    Suspend,
    Reactivate,
    Discontinue,
}

/// <summary>The legal transitions of a stock item, as a Stateless machine.</summary>
public static class StockLifecycle
{
    private static readonly TransitionTable<StockStatus, StockTrigger> Transitions = new(Machine);

    /// <summary>The status after a trigger, or null when the current status does not permit it.</summary>
    public static StockStatus? Next(StockStatus status, StockTrigger trigger) =>
        Transitions.Next(status, trigger);

    /// <summary>What a status permits, in lower case.</summary>
    public static IReadOnlyList<string> AllowedActions(StockStatus status) => Transitions.Permitted(status);

    private static StateMachine<StockStatus, StockTrigger> Machine(StockStatus status)
    {
        var machine = new StateMachine<StockStatus, StockTrigger>(status);
        machine.Configure(StockStatus.None)
            .Permit(StockTrigger.Define, StockStatus.Active);
        machine.Configure(StockStatus.Active)
            .PermitReentry(StockTrigger.Reserve)
            .PermitReentry(StockTrigger.Adjust)
            .Permit(StockTrigger.Suspend, StockStatus.Suspended)
            .Permit(StockTrigger.Discontinue, StockStatus.Discontinued);
        machine.Configure(StockStatus.Suspended)
            .PermitReentry(StockTrigger.Adjust)
            .Permit(StockTrigger.Reactivate, StockStatus.Active)
            .Permit(StockTrigger.Discontinue, StockStatus.Discontinued);
        machine.Configure(StockStatus.Discontinued)
            .PermitReentry(StockTrigger.Adjust);
        return machine;
    }
}
