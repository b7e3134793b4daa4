using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Stock;
using Granary.Journal;
using Orleans.Placement;

namespace Granary.Grains.Orders;

/// <summary>
/// One order. Its status is the one truth about the stock and the money it claims: a command is decided when its event is
/// durable, and stock items and the user follow. An order has few events, so it keeps no snapshot.
/// </summary>
[PreferLocalPlacement]
public sealed partial class OrderGrain(
    IJournal journal,
    TimeProvider clock,
    PlacementSaga placing,
    PriceBook prices,
    OrderMetrics metrics,
    ILogger<OrderGrain> logger) : EventSourcedGrain<OrderState, OrderEvent>(journal, clock), IOrderGrain
{
    private readonly HashSet<long> _amending = [];

    /// <inheritdoc/>
    public async Task<OrderReply> Get(string? owner)
    {
        await LoadAsync();
        return Durable.Exists && (owner is null || owner == Durable.UserId) ? new OrderReply(Durable.ToOrder()) : new NotFound();
    }

    /// <inheritdoc/>
    public Task<OrderReply> Pay(OrderCommand command) => ActAsync(command, OrderTrigger.Pay, new OrderPaid(command.By));

    /// <inheritdoc/>
    public Task<OrderReply> Pack(OrderCommand command) => ActAsync(command, OrderTrigger.Pack, new OrderPackingStarted(command.By));

    /// <inheritdoc/>
    public Task<OrderReply> Ship(OrderCommand command, Tracking tracking) =>
        ActAsync(command, OrderTrigger.Ship, new OrderShipped(command.By, tracking));

    /// <inheritdoc/>
    public Task<OrderReply> Receive(OrderCommand command) => ActAsync(command, OrderTrigger.Receive, new OrderReceived(command.By));

    /// <inheritdoc/>
    public Task<OrderReply> Complete(OrderCommand command) =>
        ActAsync(command, OrderTrigger.Complete, new OrderCompleted(command.By));

    /// <inheritdoc/>
    public Task<OrderReply> Cancel(OrderCommand command, string? reason) =>
        ActAsync(command, OrderTrigger.Cancel, new OrderCancelled(command.By, reason));

    /// <inheritdoc/>
    public async Task<OrderReply> Expire()
    {
        await LoadAsync();
        if (!Durable.Exists)
        {
            return new NotFound();
        }

        await ExpireIfDueAsync();
        return new OrderReply(Durable.ToOrder());
    }

    /// <inheritdoc/>
    public async Task<OrderStanding> Verdict(long attempt)
    {
        if (_amending.Contains(attempt) || placing.IsInFlight(attempt))
        {
            return Durable.ToStanding() with { InFlight = true };
        }

        await LoadAsync();
        Raise(OrderDecisions.Void(Decided, attempt).Events);
        await CommitAsync();
        return Durable.ToStanding();
    }

    private async Task<OrderReply> ActAsync(OrderCommand command, OrderTrigger trigger, OrderEvent domainEvent)
    {
        await LoadAsync();
        await ExpireIfDueAsync();
        var decision = OrderDecisions.Act(Decided, command, trigger, domainEvent);
        if (decision.Refusal is { } refusal)
        {
            await CommitAsync();
            return await RefreshAsync() ? await ActAsync(command, trigger, domainEvent) : refusal;
        }

        await DecideAsync(decision);
        if (decision.Events.Count == 0)
        {
            // The caller repeats what is decided, perhaps because the first answer was lost and with it the word to the others.
            await AlignAsync(Durable.Lines.Select(line => line.Sku));
        }

        return new OrderReply(Durable.ToOrder());
    }

    /// <summary>Reads the order. One that was not there may have been placed since, which happens outside of this grain.</summary>
    /// <exception cref="VersionConflictException">Another activation wrote; call the grain again to reach it.</exception>
    private async Task LoadAsync()
    {
        if (!IsLoaded)
        {
            await EnsureLoadedAsync();
        }
        else if (!Durable.Exists && !await RefreshAsync())
        {
            // An append that is under way, or has just failed, knows better than the reading whether the order is there.
            await CommitAsync();
        }
    }

    private Task ExpireIfDueAsync() => DecideAsync(OrderDecisions.Expire(Decided, Now));

    /// <summary>Makes a change of status durable, then lets those who keep stock and money follow.</summary>
    private async Task DecideAsync(Decision<OrderEvent> decision)
    {
        if (decision.Events.Count == 0)
        {
            return;
        }

        Raise(decision.Events);
        await CommitAsync();
        metrics.Reached(Durable.Status);
        if (Durable.Status is not (OrderStatus.Packing or OrderStatus.Received or OrderStatus.Completed))
        {
            await AlignAsync(Durable.Lines.Select(line => line.Sku));
        }
    }
}
