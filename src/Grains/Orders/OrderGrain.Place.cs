using Granary.Journal;
using Microsoft.Extensions.Logging;

namespace Granary.Orders;

/// <content>Placing and amending: what takes stock and money before it is decided.</content>
public sealed partial class OrderGrain
{
    /// <inheritdoc/>
    public async Task<OrderReply> Place(PlaceOrder command)
    {
        ArgumentNullException.ThrowIfNull(command);
        for (var tries = 0; tries < MaxAttempts; tries++)
        {
            ThrowIfFaulted();
            if (Decided.Exists)
            {
                return Replay(command);
            }

            var attempt = new Attempt(GrainFactory, prices, Key, command.UserId);
            _inFlight.Add(attempt.Number);
            try
            {
                if (await TryPlaceAsync(attempt, command) is { } reply)
                {
                    return reply;
                }
            }
            finally
            {
                _inFlight.Remove(attempt.Number);
            }
        }

        var refusal = new PriceMoving(command.Lines[0].Sku);
        metrics.Refused(refusal);
        return refusal;
    }

    /// <inheritdoc/>
    public async Task<OrderReply> Amend(OrderCommand command, OrderAmendment amendment)
    {
        ArgumentNullException.ThrowIfNull(amendment);
        await EnsureLoadedAsync();
        await ExpireIfDueAsync();
        if (OrderDecisions.Guard(Decided, command) is { } refusal)
        {
            return refusal;
        }

        if (OrderLifecycle.Next(Decided.Status, OrderTrigger.Amend) is null)
        {
            return OrderDecisions.Illegal(Decided);
        }

        var attempt = new Attempt(GrainFactory, prices, Key, Decided.UserId);
        _inFlight.Add(attempt.Number);
        try
        {
            return await AmendAsync(attempt, command, amendment);
        }
        finally
        {
            _inFlight.Remove(attempt.Number);
        }
    }

    /// <summary>One attempt at placing. Null when it must be made again: a price has moved, or the attempt was voided.</summary>
    private async Task<OrderReply?> TryPlaceAsync(Attempt attempt, PlaceOrder command)
    {
        AttemptOutcome taken;
        try
        {
            taken = await OrderPlacement.TakeAsync(attempt, command.Lines, prices);
        }
        catch
        {
            await ReleaseAsync(attempt);
            throw;
        }

        if (taken.Lines is null)
        {
            await ReleaseAsync(attempt);
            return taken.Refusal is { } refusal ? await RefuseAsync(command, refusal) : null;
        }

        return await RecordAsync(attempt, command, taken);
    }

    /// <summary>Makes the order durable. A new order needs no read: only a conflict shows that something is there already.</summary>
    private async Task<OrderReply?> RecordAsync(Attempt attempt, PlaceOrder command, AttemptOutcome taken)
    {
        while (!Decided.Exists && !Decided.Voided.Contains(attempt.Number))
        {
            var expiresAt = Now + options.Value.PaymentTimeout;
            Raise(OrderDecisions.Place(Decided, command, attempt.Number, taken.Lines!, taken.Total, expiresAt).Events);
            try
            {
                await CommitAsync();
                metrics.Created();
                metrics.Reached(OrderStatus.Pending);
                LeaveUnlessAwaited();
                return new OrderReply(Durable.ToOrder());
            }
            catch (VersionConflictException) when (!IsFaulted)
            {
                await EnsureLoadedAsync();
            }
        }

        await ReleaseAsync(attempt);
        return Decided.Exists ? Replay(command) : null;
    }

    /// <summary>Refuses, unless the request repeats one that made an order which this activation has not read yet.</summary>
    private async Task<OrderReply> RefuseAsync(PlaceOrder command, Refusal refusal)
    {
        if (command.Fingerprint is not null)
        {
            await EnsureLoadedAsync();
            if (Decided.Exists)
            {
                return Replay(command);
            }
        }

        metrics.Refused(refusal);
        return refusal;
    }

    private OrderReply Replay(PlaceOrder command) =>
        OrderDecisions.Replay(Decided, command) is { } refusal ? refusal : new OrderReply(Durable.ToOrder(), Replayed: true);

    private async Task<OrderReply> AmendAsync(Attempt attempt, OrderCommand command, OrderAmendment amendment)
    {
        var before = Decided;
        AttemptOutcome taken;
        try
        {
            taken = amendment.Lines is { } wished
                ? await OrderPlacement.TakeMoreAsync(attempt, OrderAmendmentPlan.For(before, wished), before.Total)
                : new AttemptOutcome(before.Lines, before.Total, null);
        }
        catch
        {
            await ReleaseAsync(attempt);
            throw;
        }

        if (taken.Lines is null)
        {
            await ReleaseAsync(attempt);
            return taken.Refusal!;
        }

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

    /// <summary>
    /// A placed order is next asked for after seconds or minutes, and by then reads its few events; until then it would only be
    /// copied about by the garbage collector. Leaving at once halves the memory and the collector's pauses under load.
    /// </summary>
    private void LeaveUnlessAwaited()
    {
        if (_inFlight.Count == 1)
        {
            DeactivateOnIdle();
        }
    }

    private async Task ReleaseAsync(Attempt attempt)
    {
        foreach (var fault in await attempt.ReleaseAsync())
        {
            logger.LogWarning(fault, "Order {Order} could not release all of attempt {Attempt}; check-back will.", Key, attempt.Number);
        }
    }
}
