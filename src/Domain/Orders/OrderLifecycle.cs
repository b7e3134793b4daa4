using System.Collections.Frozen;
using Granary.Grains.Interfaces.Orders;
using Stateless;

namespace Granary.Domain.Orders;

/// <summary>What moves an order from one status to another.</summary>
public enum OrderTrigger
{
    Place,
    Amend,
    Pay,
    Pack,
    Ship,
    Receive,
    Complete,
    Cancel,
    Expire,
}

/// <summary>
/// The life of an order: which transitions are legal, as a Stateless machine, and what each status means for stock and money.
/// Everything else that depends on the status is derived from these two tables.
/// </summary>
public static class OrderLifecycle
{
    private static readonly TransitionTable<OrderStatus, OrderTrigger> Transitions = new(Machine);

    private static readonly FrozenDictionary<OrderStatus, IReadOnlyList<string>> Actions = ActionsExcept(OrderTrigger.Place, OrderTrigger.Expire);

    private static readonly FrozenDictionary<OrderStatus, IReadOnlyList<string>> ActionsWithoutPaying =
        ActionsExcept(OrderTrigger.Place, OrderTrigger.Expire, OrderTrigger.Pay);

    private static readonly FrozenDictionary<OrderStatus, IReadOnlyList<string>> ActionsUncovered =
        ActionsExcept(OrderTrigger.Place, OrderTrigger.Expire, OrderTrigger.Pay, OrderTrigger.Pack, OrderTrigger.Ship);

    /// <summary>The status after a trigger, or null when the current status does not permit it.</summary>
    public static OrderStatus? Next(OrderStatus status, OrderTrigger trigger) =>
        Transitions.Next(status, trigger);

    /// <summary>The actions that callers may ask for in a status, by their names in the API.</summary>
    public static IReadOnlyList<string> AllowedActions(OrderStatus status) => Actions[status];

    /// <summary>The actions in a status of an order that is not paid from the wallet.</summary>
    public static IReadOnlyList<string> AllowedActionsWithoutPaying(OrderStatus status) => ActionsWithoutPaying[status];

    /// <summary>The actions in a status of an order whose money is not there any more.</summary>
    public static IReadOnlyList<string> AllowedActionsUncovered(OrderStatus status) => ActionsUncovered[status];

    /// <summary>No further transition leads out of the status.</summary>
    public static bool IsTerminal(OrderStatus status) => Transitions.IsTerminal(status);

    /// <summary>Whether a status is the one that a trigger leads to, so that the trigger has nothing left to do.</summary>
    public static bool IsReached(OrderStatus status, OrderTrigger trigger) => Transitions.IsReached(status, trigger);

    /// <summary>What the claims of an order on stock and money are worth while it has a status.</summary>
    public static ClaimPhase PhaseOf(OrderStatus status) => status switch
    {
        OrderStatus.None => ClaimPhase.None,
        OrderStatus.Pending => ClaimPhase.Secured,
        OrderStatus.Paid or OrderStatus.Packing => ClaimPhase.Paid,
        OrderStatus.Shipped or OrderStatus.Received or OrderStatus.Completed => ClaimPhase.Closed,
        OrderStatus.Cancelled or OrderStatus.Expired => ClaimPhase.None,
    };

    private static FrozenDictionary<OrderStatus, IReadOnlyList<string>> ActionsExcept(params OrderTrigger[] except) =>
        Enum.GetValues<OrderStatus>().ToFrozenDictionary(status => status, status => Transitions.Permitted(status, except));

    private static StateMachine<OrderStatus, OrderTrigger> Machine(OrderStatus status)
    {
        var machine = new StateMachine<OrderStatus, OrderTrigger>(status);
        machine.Configure(OrderStatus.None)
            .Permit(OrderTrigger.Place, OrderStatus.Pending);
        machine.Configure(OrderStatus.Pending)
            .PermitReentry(OrderTrigger.Amend)
            .Permit(OrderTrigger.Pay, OrderStatus.Paid)
            .Permit(OrderTrigger.Cancel, OrderStatus.Cancelled)
            .Permit(OrderTrigger.Expire, OrderStatus.Expired);
        machine.Configure(OrderStatus.Paid)
            .Permit(OrderTrigger.Pack, OrderStatus.Packing)
            .Permit(OrderTrigger.Cancel, OrderStatus.Cancelled);
        machine.Configure(OrderStatus.Packing)
            .Permit(OrderTrigger.Ship, OrderStatus.Shipped)
            .Permit(OrderTrigger.Cancel, OrderStatus.Cancelled);
        machine.Configure(OrderStatus.Shipped)
            .Permit(OrderTrigger.Receive, OrderStatus.Received);
        machine.Configure(OrderStatus.Received)
            .Permit(OrderTrigger.Complete, OrderStatus.Completed);
        return machine;
    }
}
