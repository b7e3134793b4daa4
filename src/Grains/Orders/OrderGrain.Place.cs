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
    public async Task<OrderReply> Amend(OrderCommand command, OrderAmendment amendment)
    {
        ArgumentNullException.ThrowIfNull(amendment);
        await LoadAsync();
        await ExpireIfDueAsync();
        if (OrderDecisions.Guard(Decided, command) is { } refusal)
        {
            return refusal;
        }

        if (OrderLifecycle.Next(Decided.Status, OrderTrigger.Amend) is null)
        {
            return OrderDecisions.Illegal(Decided);
        }

        var attempt = new Attempt(GrainFactory, prices, Key, Decided.UserId, group: null, logger);
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

    private async Task<OrderReply> AmendAsync(Attempt attempt, OrderCommand command, OrderAmendment amendment)
    {
        var before = Decided;
        var outcome = amendment.Lines is { } wished
            ? await attempt.TakeAllAsync(() => OrderPlacement.TakeMoreAsync(attempt, OrderAmendmentPlan.For(before, wished), before.Total))
            : new AttemptOutcome.Taken(before.Lines, before.Total);
        return outcome switch
        {
            AttemptOutcome.Taken taken => await AmendAsync(attempt, command, amendment, before, taken),
            AttemptOutcome.PriceMoved moved => new PriceMoving(moved.Sku),
            AttemptOutcome.Refused refused => refused.Refusal,
            _ => throw new UnreachableException(),
        };
    }

    private async Task<OrderReply> AmendAsync(
        Attempt attempt, OrderCommand command, OrderAmendment amendment, OrderState before, AttemptOutcome.Taken taken)
    {
        var amended = before with
        {
            Lines = taken.Lines,
            ShippingAddress = amendment.ShippingAddress ?? before.ShippingAddress,
            Note = amendment.Note ?? before.Note,
        };
        if (!attempt.HasTaken && amended.SaysTheSameAs(before))
        {
            return new OrderReply(Durable.ToOrder());
        }

        Raise([new OrderAmended(
            command.By,
            attempt.HasTaken ? attempt.Number : null,
            amended.Lines,
            taken.Total,
            amended.ShippingAddress,
            amended.Note)]);
        await CommitAsync();
        metrics.Reached(OrderStatus.Pending);
        await AlignAsync(before.Lines.Concat(taken.Lines).Select(line => line.Sku));
        return new OrderReply(Durable.ToOrder());
    }
}
