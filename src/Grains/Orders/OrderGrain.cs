using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Payments.Providers;
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
    ICurrent<PaymentOptions> payments,
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
    public Task<OrderReply> Pay(OrderCommand command) => ActAsync(order => OrderDecisions.Pay(order, command, Now));

    /// <inheritdoc/>
    public Task<OrderReply> Pack(OrderCommand command) => ActAsync(order => OrderDecisions.Pack(order, command, Now));

    /// <inheritdoc/>
    public Task<OrderReply> Ship(OrderCommand command, Tracking tracking) =>
        ActAsync(order => OrderDecisions.Ship(order, command, tracking, Now));

    /// <inheritdoc/>
    public Task<OrderReply> Receive(OrderCommand command) => ActAsync(order => OrderDecisions.Receive(order, command, Now));

    /// <inheritdoc/>
    public Task<OrderReply> Complete(OrderCommand command) => ActAsync(order => OrderDecisions.Complete(order, command, Now));

    /// <inheritdoc/>
    public Task<OrderReply> Cancel(OrderCommand command, string? reason) =>
        ActAsync(order => OrderDecisions.Cancel(order, command, reason, Now));

    /// <inheritdoc/>
    public async Task<OrderReply> Expire()
    {
        await LoadAsync();
        if (!Durable.Exists)
        {
            return new NotFound();
        }

        await RecordAsync(OrderDecisions.Expire(Decided, Now));
        return new OrderReply(Durable.ToOrder());
    }

    /// <inheritdoc/>
    public async Task<OrderStanding> CheckBack(long attempt)
    {
        if (_amending.Contains(attempt) || placing.IsInFlight(attempt))
        {
            return Durable.ToStanding() with { InFlight = true };
        }

        await LoadAsync();
        Raise(OrderDecisions.VoidAttempt(Decided, attempt).Events);
        await CommitAsync();
        return Durable.ToStanding();
    }

    private Task<OrderReply> ActAsync(Func<OrderState, Decision<OrderEvent>> decide) => AnswerAsync(async () =>
    {
        var decision = decide(Decided);
        await RecordAsync(decision);
        if (decision is { Events: [], Refusal: null })
        {
            // The caller repeats a command that was already decided. The push to the participants may have been lost with the first answer.
            await AlignAsync(Durable.Lines.Select(line => line.Sku));
        }

        return decision.Refusal;
    });

    /// <summary>
    /// Answers with the order after a decision, or with the refusal. A stale activation must not refuse because of
    /// events that it has not read: before any refusal it reads newer events from the journal and decides again.
    /// </summary>
    private async Task<OrderReply> AnswerAsync(Func<Task<Refusal?>> decide)
    {
        await LoadAsync();
        while (await decide() is { } refusal)
        {
            await CommitAsync();
            if (!await RefreshAsync())
            {
                return refusal;
            }
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
            // If an append is in flight or has just failed, its outcome says whether the order exists.
            await CommitAsync();
        }
    }

    /// <summary>Makes a decision durable. Participants are aligned if their claims have changed.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="informed">The external payment that is answered with the standing; null for none.</param>
    private async Task RecordAsync(Decision<OrderEvent> decision, string? informed = null)
    {
        if (decision.Events.Count == 0)
        {
            return;
        }

        var before = Decided;
        Raise(decision.Events);
        var after = Decided;
        await CommitAsync();
        metrics.Reached(after.Status, after.SettingsVariant);
        if (after.ClaimsOtherThan(before))
        {
            await AlignAsync(before.Lines.Concat(after.Lines).Select(line => line.Sku), informed);
        }
    }
}
