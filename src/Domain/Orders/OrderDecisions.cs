using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Orders;

/// <summary>
/// The rules of an order, a function for each operation: state, command and time to events or a refusal. Pure. Which status
/// permits an operation is in <see cref="OrderLifecycle"/>.
/// </summary>
public static class OrderDecisions
{
    /// <summary>
    /// Records an order whose lines are reserved and whose total is held under <paramref name="attempt"/>, unless that was voided.
    /// </summary>
    public static Decision<OrderEvent> Place(
        OrderState order, PlaceOrder command, long attempt, IReadOnlyList<OrderLine> lines, DateTimeOffset expiresAt) =>
        OrderLifecycle.Next(order.Status, OrderTrigger.Place) is null ? Illegal(order)
        : order.Voided.Contains(attempt) ? new OrderInFlight()
        : OrderTotal.Of(lines) is not { } total ? OrderTotal.TooHigh
        : new OrderPlaced(
            command.By, command.UserId, attempt, lines, total, command.ShippingAddress, command.Note, command.Fingerprint, expiresAt,
            command.ExternalReference, command.Metadata,
            command.PaymentMethod == PaymentMethod.Wallet ? null : command.PaymentMethod, command.SettingsVariant);

    /// <summary>Whether a repeated placement is the one that made the order.</summary>
    /// <returns>Null when it is; otherwise the refusal.</returns>
    public static Refusal? Replay(OrderState order, PlaceOrder command) =>
        order.UserId == command.UserId && order.Fingerprint == command.Fingerprint ? null : new IdempotencyKeyReused();

    /// <summary>Whether the order may be amended, which is asked before anything is taken for the amendment.</summary>
    /// <returns>Unchanged when it may; otherwise the refusal.</returns>
    public static Decision<OrderEvent> MayAmend(OrderState order, OrderCommand command, DateTimeOffset now) =>
        AsOf(now, order, due => RefusedAmendment(due, command) is { } refusal ? refusal : Decision<OrderEvent>.Unchanged);

    /// <summary>Changes lines, address or note. What the order needs less is given back once this is durable.</summary>
    /// <param name="lines">The amended lines, of which the order has everything: from before, or taken under the attempt.</param>
    /// <param name="attempt">The attempt that took what the order needed more; null when it needed nothing.</param>
    public static Decision<OrderEvent> Amend(
        OrderState order, OrderCommand command, OrderAmendment amendment, IReadOnlyList<OrderLine> lines, long? attempt, DateTimeOffset now) =>
        AsOf(now, order, due =>
        {
            if (RefusedAmendment(due, command) is { } refusal)
            {
                return refusal;
            }

            if (OrderTotal.Of(lines) is not { } total)
            {
                return OrderTotal.TooHigh;
            }

            var (address, note) = (amendment.ShippingAddress ?? due.ShippingAddress, amendment.Note ?? due.Note);
            var same = due.Lines.SequenceEqual(lines) && due.ShippingAddress == address && due.Note == note;
            return same && attempt is null
                ? Decision<OrderEvent>.Unchanged
                : new OrderAmended(command.By, attempt, lines, total, address, note);
        });

    /// <summary>Pays from the wallet, until the deadline. Only an order that costs nothing is paid so if it has an external payment.</summary>
    public static Decision<OrderEvent> Pay(OrderState order, OrderCommand command, DateTimeOffset now) =>
        order is { PaymentMethod: PaymentMethod.External, Total: > 0 }
            ? AsOf(now, order, due => Guard(due, command, command.Precondition) ?? (OrderLifecycle.Next(due.Status, OrderTrigger.Pay) is null
                ? Illegal(due)
                : Illegal(due) with { Reason = "The order is paid by an external payment, not from the wallet." }))
            : Move(order, command, now, new OrderPaid(command.By));

    /// <summary>Begins to pack. One operator packs an order: for another it is taken.</summary>
    public static Decision<OrderEvent> Pack(OrderState order, OrderCommand command, DateTimeOffset now) =>
        Move(order, command, now, new OrderPackingStarted(command.By), static (packing, again) =>
            packing.LastOf<OrderPackingStarted>().By is var by && by == again.By ? null : new TakenByAnother(by));

    /// <summary>Hands the parcel to its carrier.</summary>
    public static Decision<OrderEvent> Ship(OrderState order, OrderCommand command, Tracking tracking, DateTimeOffset now) =>
        Move(order, command, now, new OrderShipped(command.By, tracking), static (shipped, again) =>
            shipped.Tracking == again.Tracking ? null : Illegal(shipped));

    /// <summary>Notes that the parcel has arrived.</summary>
    public static Decision<OrderEvent> Receive(OrderState order, OrderCommand command, DateTimeOffset now) =>
        Move(order, command, now, new OrderReceived(command.By));

    /// <summary>Closes the order.</summary>
    public static Decision<OrderEvent> Complete(OrderState order, OrderCommand command, DateTimeOffset now) =>
        Move(order, command, now, new OrderCompleted(command.By));

    /// <summary>Gives the order up. What it took goes back: see <see cref="OrderLifecycle.PhaseOf"/>.</summary>
    public static Decision<OrderEvent> Cancel(OrderState order, OrderCommand command, string? reason, DateTimeOffset now) =>
        Move(order, command, now, new OrderCancelled(command.By, reason), static (cancelled, again) =>
            again.Reason is null || cancelled.CancelReason == again.Reason ? null : Illegal(cancelled));

    /// <summary>
    /// Expires an unpaid order whose deadline has passed. One with a payment under way has one extension first.
    /// </summary>
    public static Decision<OrderEvent> Expire(OrderState order, DateTimeOffset now) =>
        order.Deadline is not { } deadline || now < deadline ? Decision<OrderEvent>.Unchanged
        : order is { OpenPayment: not null, IsExtended: false, ExtendsTo: { } later } && now < later
            ? new OrderDeadlineExtended(UserId.System, later)
        : new OrderExpired(UserId.System);

    /// <summary>
    /// Voids an attempt that a stock item or wallet keeps something for and that is not being decided. Nothing needs to be
    /// recorded when it won, was voided before, or can no longer win because the order is over.
    /// </summary>
    public static Decision<OrderEvent> VoidAttempt(OrderState order, long attempt) =>
        order.Accepted.Contains(attempt) || order.Voided.Contains(attempt) || OrderLifecycle.IsTerminal(order.Status)
            ? Decision<OrderEvent>.Unchanged
            : new AttemptVoided(UserId.System, attempt);

    /// <summary>
    /// An action of a caller that moves the status. One that has led to the current status changes nothing when it is repeated,
    /// also by a caller who has not seen its answer and so expects the version before it.
    /// </summary>
    /// <param name="contradiction">Why the action is not the one that has led to the current status; null when it is.</param>
    private static Decision<OrderEvent> Move<TEvent>(
        OrderState order, OrderCommand command, DateTimeOffset now, TEvent moved, Func<OrderState, TEvent, Refusal?>? contradiction = null)
        where TEvent : OrderEvent =>
        AsOf(now, order, due =>
        {
            var repeats = OrderLifecycle.IsReached(due.Status, moved.Trigger!.Value) && !command.IsAnew;
            var condition = command.Precondition;
            if (repeats && due.VersionBefore<TEvent>() is { } before && condition.IsMatched(before))
            {
                condition = condition with { IfMatch = null };
            }

            return Guard(due, command, condition) is { } refusal ? refusal
                : repeats ? contradiction?.Invoke(due, moved) is { } other ? other : Decision<OrderEvent>.Unchanged
                : OrderLifecycle.Next(due.Status, moved.Trigger.Value) is null ? Illegal(due)
                : moved.Trigger is OrderTrigger.Pack or OrderTrigger.Ship && OrderMoney.IsUncovered(due) ? Illegal(due)
                : moved;
        });

    /// <summary>Decides on the order as it is at a time: one whose deadline has passed expires first.</summary>
    internal static Decision<OrderEvent> AsOf(DateTimeOffset now, OrderState order, Func<OrderState, Decision<OrderEvent>> decide) =>
        Expire(order, now).Events is [var expired]
            ? Decision<OrderEvent>.After(expired, decide(order.Apply(expired, now)))
            : decide(order);

    private static Refusal? RefusedAmendment(OrderState order, OrderCommand command) =>
        Guard(order, command, command.Precondition)
        ?? (OrderLifecycle.Next(order.Status, OrderTrigger.Amend) is null ? Illegal(order)
            : order.OpenPayment is { } payment ? new PaymentInProgress(payment)
            : null);

    /// <summary>Whether a command may touch the order at all: it exists for the caller, and the caller's conditions hold.</summary>
    /// <returns>Null when it may; otherwise the refusal.</returns>
    internal static Refusal? Guard(OrderState order, OrderCommand command, Precondition condition) =>
        !order.Exists || (command.Owner is { } owner && owner != order.UserId) ? new NotFound() : condition.Check(order.VisibleVersion);

    /// <summary>The refusal for what the current status does not permit.</summary>
    internal static IllegalTransition Illegal(OrderState order) => new(Words.Of(order.Status), order.AllowedActions);
}
