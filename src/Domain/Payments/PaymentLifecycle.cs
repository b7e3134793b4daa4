using Granary.Grains.Interfaces.Payments;
using Stateless;

namespace Granary.Domain.Payments;

/// <summary>What moves a payment from one status to another.</summary>
public enum PaymentTrigger
{
    Create,
    RequestAuthorization,
    Abandon,
    RequireAction,
    Authorize,
    Decline,
    LoseAnswer,
    RequestCapture,
    Capture,
    RejectCapture,
    RequestVoid,
    Void,
    RejectVoid,
    Expire,
    RequestRefund,
    Refund,
    FailRefund,
}

/// <summary>The life of a payment with an external provider: which transitions are legal, as a Stateless machine.</summary>
public static class PaymentLifecycle
{
    private static readonly TransitionTable<PaymentStatus, PaymentTrigger> Transitions = new(Machine);

    private static readonly (string Name, PaymentTrigger[] Triggers)[] Actions =
    [
        ("capture", [PaymentTrigger.RequestCapture]),
        ("void", [PaymentTrigger.RequestVoid, PaymentTrigger.Abandon]),
    ];

    /// <summary>The status after a trigger, or null when the current status does not permit it.</summary>
    public static PaymentStatus? Next(PaymentStatus status, PaymentTrigger trigger) => Transitions.Next(status, trigger);

    /// <summary>No further transition leads out of the status.</summary>
    public static bool IsTerminal(PaymentStatus status) => Transitions.IsTerminal(status);

    /// <summary>Nothing was taken and nothing can be: the payment ended before it was captured.</summary>
    public static bool IsOver(PaymentStatus status) => IsTerminal(status) && status != PaymentStatus.Captured;

    /// <summary>The actions that operators may ask for in a status, by their names in the API.</summary>
    public static IReadOnlyList<string> AllowedActions(PaymentStatus status) =>
        [.. Actions.Where(action => action.Triggers.Any(trigger => Next(status, trigger) is not null)).Select(action => action.Name)];

    private static StateMachine<PaymentStatus, PaymentTrigger> Machine(PaymentStatus status)
    {
        var machine = new StateMachine<PaymentStatus, PaymentTrigger>(status);
        machine.Configure(PaymentStatus.None)
            .Permit(PaymentTrigger.Create, PaymentStatus.Created);
        machine.Configure(PaymentStatus.Created)
            .Permit(PaymentTrigger.RequestAuthorization, PaymentStatus.Authorizing)
            .Permit(PaymentTrigger.Abandon, PaymentStatus.Voided);
        machine.Configure(PaymentStatus.Authorizing)
            .Permit(PaymentTrigger.RequireAction, PaymentStatus.RequiresAction)
            .Permit(PaymentTrigger.Authorize, PaymentStatus.Authorized)
            .Permit(PaymentTrigger.Decline, PaymentStatus.Declined)
            .Permit(PaymentTrigger.LoseAnswer, PaymentStatus.Processing)
            .Permit(PaymentTrigger.Expire, PaymentStatus.AuthorizationExpired);
        machine.Configure(PaymentStatus.Processing)
            .Permit(PaymentTrigger.RequireAction, PaymentStatus.RequiresAction)
            .Permit(PaymentTrigger.Authorize, PaymentStatus.Authorized)
            .Permit(PaymentTrigger.Decline, PaymentStatus.Declined)
            .PermitReentry(PaymentTrigger.LoseAnswer)
            .Permit(PaymentTrigger.Expire, PaymentStatus.AuthorizationExpired);
        machine.Configure(PaymentStatus.RequiresAction)
            .PermitReentry(PaymentTrigger.RequireAction)
            .Permit(PaymentTrigger.Authorize, PaymentStatus.Authorized)
            .Permit(PaymentTrigger.Decline, PaymentStatus.Declined)
            .PermitReentry(PaymentTrigger.LoseAnswer)
            .Permit(PaymentTrigger.RequestVoid, PaymentStatus.Voiding)
            .Permit(PaymentTrigger.Expire, PaymentStatus.AuthorizationExpired);
        machine.Configure(PaymentStatus.Authorized)
            .Permit(PaymentTrigger.RequestCapture, PaymentStatus.Capturing)
            .Permit(PaymentTrigger.RequestVoid, PaymentStatus.Voiding)
            .Permit(PaymentTrigger.Expire, PaymentStatus.AuthorizationExpired);
        machine.Configure(PaymentStatus.Capturing)
            .PermitReentry(PaymentTrigger.LoseAnswer)
            .Permit(PaymentTrigger.Capture, PaymentStatus.Captured)
            .Permit(PaymentTrigger.RejectCapture, PaymentStatus.Authorized)
            .Permit(PaymentTrigger.Expire, PaymentStatus.AuthorizationExpired);
        machine.Configure(PaymentStatus.Captured)
            .PermitReentry(PaymentTrigger.LoseAnswer)
            .PermitReentry(PaymentTrigger.RequestRefund)
            .PermitReentry(PaymentTrigger.Refund)
            .PermitReentry(PaymentTrigger.FailRefund);
        machine.Configure(PaymentStatus.Voiding)
            .PermitReentry(PaymentTrigger.LoseAnswer)
            .Permit(PaymentTrigger.Void, PaymentStatus.Voided)
            .Permit(PaymentTrigger.RejectVoid, PaymentStatus.Authorized)
            .Permit(PaymentTrigger.Expire, PaymentStatus.AuthorizationExpired);
        return machine;
    }
}
