using System.Diagnostics;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Grains.Orders;

/// <content>Placing and amending: what takes stock and money before it is decided.</content>
public sealed partial class OrderGrain
{
    /// <inheritdoc/>
    public async Task<OrderReply> Place(PlaceOrder command)
    {
        if (Durable.Exists)
        {
            return PlacementSaga.Replay(Durable, command);
        }

        var reply = await placing.PlaceAsync(Key, command);
        if (reply.Replayed)
        {
            // Further repetitions are answered from memory.
            await LoadAsync();
        }
        else if (reply.Order is not null)
        {
            // It is next asked for after seconds or minutes, and by then reads its few events.
            DeactivateOnIdle();
        }

        return reply;
    }

    /// <inheritdoc/>
    public Task<OrderReply> Amend(OrderCommand command, OrderAmendment amendment)
    {
        ArgumentNullException.ThrowIfNull(amendment);
        return AnswerAsync(() => AmendAsync(command, amendment));
    }

    private async Task<Refusal?> AmendAsync(OrderCommand command, OrderAmendment amendment)
    {
        var permission = OrderDecisions.MayAmend(Decided, command, Now);
        await RecordAsync(permission);
        if (permission.Refusal is { } refusal)
        {
            return refusal;
        }

        var attempt = new Attempt(GrainFactory, prices, Key, Decided.UserId, Decided.SettingsVariant, group: null, logger);
        _amending.Add(attempt.Number);
        try
        {
            return await AmendAsync(attempt, command, amendment);
        }
        finally
        {
            _amending.Remove(attempt.Number);
        }
    }

    private async Task<Refusal?> AmendAsync(Attempt attempt, OrderCommand command, OrderAmendment amendment)
    {
        var before = Decided;
        var outcome = amendment.Lines is { } wished
            ? await attempt.TakeAllAsync(() => OrderPlacement.TakeMoreAsync(attempt, OrderAmendmentPlan.For(before, wished)))
            : new AttemptOutcome.Taken(before.Lines, before.Total);
        return outcome switch
        {
            AttemptOutcome.Taken taken => await AmendAsync(attempt, command, amendment, taken.Lines),
            AttemptOutcome.PriceMoved moved => new PriceMoving(moved.Sku),
            AttemptOutcome.Refused refused => refused.Refusal,
            _ => throw new UnreachableException(),
        };
    }

    private async Task<Refusal?> AmendAsync(Attempt attempt, OrderCommand command, OrderAmendment amendment, IReadOnlyList<OrderLine> lines)
    {
        var decision = OrderDecisions.Amend(Decided, command, amendment, lines, attempt.HasTaken ? attempt.Number : null, Now);
        if (decision.Refusal is not null)
        {
            await attempt.GiveBackAsync();
        }

        await RecordAsync(decision);
        return decision.Refusal;
    }
}
