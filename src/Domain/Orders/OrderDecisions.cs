using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Orders;

/// <summary>The rules of an order: state, command and time to events or a refusal. Pure.</summary>
public static class OrderDecisions
{
    /// <summary>Records an order whose lines are reserved and whose total is held under <paramref name="attempt"/>.</summary>
    public static Decision<OrderEvent> Place(
        OrderState order, PlaceOrder command, long attempt, IReadOnlyList<OrderLine> lines, long total, DateTimeOffset expiresAt)
    {
        if (OrderLifecycle.Next(order.Status, OrderTrigger.Place) is null)
        {
            return Illegal(order);
        }

        return new OrderPlaced(
            command.By, command.UserId, attempt, lines, total, command.ShippingAddress, command.Note, command.Fingerprint, expiresAt);
    }

    /// <summary>Whether a repeated placement is the one that made the order.</summary>
    /// <returns>Null when it is; otherwise the refusal.</returns>
    public static Refusal? Replay(OrderState order, PlaceOrder command) =>
        order.UserId == command.UserId && order.Fingerprint == command.Fingerprint ? null : new IdempotencyKeyReused();

    /// <summary>An action that only moves the status, such as paying or packing.</summary>
    public static Decision<OrderEvent> Act(OrderState order, OrderCommand command, OrderTrigger trigger, OrderEvent domainEvent)
    {
        if (Guard(order, command) is { } refusal)
        {
            return refusal;
        }

        if (order.Status == LedTo(trigger))
        {
            return Decision<OrderEvent>.Unchanged;
        }

        return OrderLifecycle.Next(order.Status, trigger) is null ? Illegal(order) : domainEvent;
    }

    /// <summary>Expires an unpaid order whose deadline has passed.</summary>
    public static Decision<OrderEvent> Expire(OrderState order, DateTimeOffset now) =>
        order.Status == OrderStatus.Pending && now >= order.ExpiresAt
            ? new OrderExpired(UserId.System)
            : Decision<OrderEvent>.Unchanged;

    /// <summary>
    /// Voids an attempt that somebody keeps something for and that is not being decided. Nothing needs to be recorded when it
    /// won, was voided before, or can no longer win because the order is closed.
    /// </summary>
    public static Decision<OrderEvent> Void(OrderState order, long attempt) =>
        order.Accepted.Contains(attempt) || order.Voided.Contains(attempt) || OrderLifecycle.IsTerminal(order.Status)
            ? Decision<OrderEvent>.Unchanged
            : new AttemptVoided(UserId.System, attempt);

    /// <summary>Whether a command may touch the order at all: it exists for the caller, at the version the caller has seen.</summary>
    /// <returns>Null when it may; otherwise the refusal.</returns>
    public static Refusal? Guard(OrderState order, OrderCommand command)
    {
        if (!order.Exists || (command.Owner is { } owner && owner != order.UserId))
        {
            return new NotFound();
        }

        return command.ExpectedVersion is { } expected && expected != order.VisibleVersion ? new StaleVersion(order.VisibleVersion) : null;
    }

    /// <summary>The refusal for what the current status does not permit.</summary>
    public static IllegalTransition Illegal(OrderState order) =>
        new(order.Status.ToString().ToLowerInvariant(), OrderLifecycle.AllowedActions(order.Status));

    private static OrderStatus LedTo(OrderTrigger trigger) => trigger switch
    {
        OrderTrigger.Pay => OrderStatus.Paid,
        OrderTrigger.Pack => OrderStatus.Packing,
        OrderTrigger.Ship => OrderStatus.Shipped,
        OrderTrigger.Receive => OrderStatus.Received,
        OrderTrigger.Complete => OrderStatus.Completed,
        OrderTrigger.Cancel => OrderStatus.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(trigger), trigger, "Not an action of a caller."),
    };
}
