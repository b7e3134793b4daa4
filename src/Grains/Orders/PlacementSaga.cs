using System.Collections.Concurrent;
using System.Diagnostics;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Stock;
using Granary.Journal;
using Granary.Streams.Views;

namespace Granary.Grains.Orders;

/// <summary>
/// Places orders: takes stock and money under an attempt, then makes the order durable at the version that only a new one has.
/// (Garcia-Molina and Salem, "Sagas", SIGMOD 1987.) It runs on the silo that has the request and needs no activation of the
/// order: there is no state yet that one would guard, and between requests that place an order under the same id the journal
/// decides. From then on the order is its grain. Appends of participants on the same silo need not be durable before the order's
/// append is queued, because the order <see cref="JournalAppend.Requires">requires</see> it; mostly one commit has all of them.
/// </summary>
public sealed class PlacementSaga(
    IGrainFactory grains,
    IJournal journal,
    TimeProvider clock,
    PriceBook prices,
    OrderMetrics metrics,
    ICurrent<OrderOptions> options,
    ILogger<PlacementSaga> logger,
    ProviderGateway provider)
{
    /// <summary>
    /// Attempts while prices keep moving, another attempt at the same order has what this one needs, or a participant's activation
    /// has lost its stream.
    /// </summary>
    internal const int MaxAttempts = 5;

    /// <summary>Before the first attempt after one that met another attempt at the same order; doubles from one to the next.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, Task> _turns = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, Attempt> _inFlight = new();
    private readonly RecentIds _placed = new();
    private readonly OrderReferences _references = new(grains, journal, clock);

    /// <summary>
    /// Places an order. Idempotent by its id: the same command again answers with the order as it stands,
    /// <see cref="OrderReply.Replayed"/> set.
    /// </summary>
    /// <exception cref="JournalUnavailableException">It is not known whether the order is durable; the same command again tells.</exception>
    /// <exception cref="JournalAppendException">The journal refuses what a participant decided; the order is not placed.</exception>
    /// <exception cref="TimeoutException">Stock or wallet did not answer; what was taken comes back.</exception>
    public async Task<OrderReply> PlaceAsync(string orderId, PlaceOrder command)
    {
        var began = clock.GetTimestamp();
        var reply = await PlaceOnceAsync(orderId, command);
        if (reply is { Order: not null, Replayed: false })
        {
            metrics.Placed(clock.GetElapsedTime(began));
        }

        return reply;
    }

    /// <summary>Whether an attempt is being made here.</summary>
    internal bool IsInFlight(long attempt) => _inFlight.ContainsKey(attempt);

    /// <summary>The answer to a repeated placement.</summary>
    internal static OrderReply Replay(OrderState order, PlaceOrder command) =>
        OrderDecisions.Replay(order, command) is { } refusal ? refusal : new OrderReply(order.ToOrder(), Replayed: true);

    private async Task<OrderReply> PlaceOnceAsync(string orderId, PlaceOrder command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Fingerprint is null)
        {
            // Without a key the id is fresh, and no other request knows it.
            return await PlaceInTurnAsync(orderId, command);
        }

        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var other = _turns.GetOrAdd(orderId, turn.Task); other != turn.Task; other = _turns.GetOrAdd(orderId, turn.Task))
        {
            await other;
            if (await ReadAsync(orderId) is { Exists: true } order)
            {
                return Replay(order, command);
            }
        }

        try
        {
            // A repetition that went the way of a new order would find out by a conflict, which every append of its commit would pay for.
            if (_placed.MayContain(orderId) && await ReadAsync(orderId) is { Exists: true } order)
            {
                return Replay(order, command);
            }

            var reply = await PlaceInTurnAsync(orderId, command);
            if (reply.Order is not null)
            {
                _placed.Add(orderId);
            }

            return reply;
        }
        finally
        {
            _turns.TryRemove(orderId, out _);
            turn.SetResult();
        }
    }

    /// <summary>Makes attempts until one has an answer. This is the only loop that repeats an attempt.</summary>
    private async Task<OrderReply> PlaceInTurnAsync(string orderId, PlaceOrder command)
    {
        var pause = FirstPause;
        for (var attempts = 1; ; attempts++)
        {
            OrderReply reply;
            try
            {
                reply = await AttemptAsync(orderId, command);
            }
            catch (JournalException fault) when (IsOfActivationLeftBehind(fault) && attempts < MaxAttempts)
            {
                // The activation that decided is gone; the next attempt reaches the one that may decide.
                continue;
            }
            catch (JournalException fault) when (fault is VersionConflictException or RequirementFailedException)
            {
                // Outer layers do not repeat faults of these types.
                throw fault.InnerException is JournalAppendException
                    ? new JournalAppendException(fault.Message, fault)
                    : new JournalUnavailableException(fault.Message, fault);
            }

            if (reply.Refusal is not (PriceMoving or OrderInFlight) || attempts == MaxAttempts)
            {
                if (reply.Refusal is { } refusal)
                {
                    metrics.Refused(refusal, command.SettingsVariant);
                }

                return reply;
            }

            if (reply.Refusal is OrderInFlight)
            {
                await Task.Delay(pause);
                pause *= 2;
            }
        }
    }

    /// <summary>One attempt, which reads downwards: reserve and hold; then decide and append, or give back.</summary>
    private async Task<OrderReply> AttemptAsync(string orderId, PlaceOrder command)
    {
        if (command.PaymentMethod == PaymentMethod.External && !provider.IsConfigured)
        {
            return await RefuseAsync(orderId, command, new AttemptOutcome.Refused(new PaymentsNotConfigured()));
        }

        // Before anything is asked: what a participant has answered is lost with a primary of the database.
        var timeline = journal.Timeline;
        var group = new CommitGroup();
        var attempt = new Attempt(grains, prices, orderId, command.UserId, command.SettingsVariant, group, logger);
        _inFlight[attempt.Number] = attempt;
        OrderReply? reply = null;
        try
        {
            var reference = command.ExternalReference is { } name ? await _references.FindAsync(orderId, command.By, name) : default;
            if (reference.Refusal is { } taken)
            {
                return reply = await RefuseAsync(orderId, command, taken);
            }

            // Reserve and hold, or give back.
            var outcome = await attempt.TakeAllAsync(() => OrderPlacement.TakeAsync(attempt, command, prices));
            return reply = outcome switch
            {
                AttemptOutcome.Taken all => await RecordAsync(attempt, group, orderId, command, all, reference.State, timeline),
                AttemptOutcome.PriceMoved moved => new PriceMoving(moved.Sku),
                AttemptOutcome.Refused refused => await RefuseAsync(orderId, command, refused),
                _ => throw new UnreachableException(),
            };
        }
        finally
        {
            _inFlight.TryRemove(attempt.Number, out _);
            if (reply is not { Order: not null, Replayed: false })
            {
                // If no order's append follows, nothing else starts the commit of the participants' appends.
                journal.Flush();
            }
        }
    }

    /// <summary>Makes the order durable. A new order needs no read: only a conflict shows that something is there already.</summary>
    /// <param name="reference">The order's external reference, which this attempt claims; null for none.</param>
    /// <param name="timeline">The journal's timeline when the attempt began.</param>
    private async Task<OrderReply> RecordAsync(
        Attempt attempt, CommitGroup group, string orderId, PlaceOrder command, AttemptOutcome.Taken taken, ReferenceState? reference, int timeline)
    {
        var order = OrderState.Initial(orderId);
        try
        {
            var requirements = await group.CloseAsync(orderId);
            if (reference is not null)
            {
                requirements = [.. requirements, _references.Claim(reference, orderId, command, attempt.Number, timeline)];
            }

            while (true)
            {
                // Decide.
                var now = clock.GetUtcNow();
                var decision = OrderDecisions.Place(
                    order, command, attempt.Number, taken.Lines, (now + (command.PaymentTimeout ?? options.Value.PaymentTimeout)).ToWholeMicroseconds());
                if (decision.Refusal is { } refusal)
                {
                    // After any append fault but a conflict the order may be durable, so nothing is given back.
                    await attempt.GiveBackAsync();
                    return order.Exists ? Replay(order, command) : refusal;
                }

                var events = new List<JournalEvent>(decision.Events.Count);
                var placed = Aggregate.Record(order, decision.Events, now, JournalTraces.Caller, events);
                try
                {
                    // Append.
                    await journal.AppendAsync(new JournalAppend(OrderState.StreamOf(orderId), order.Version, events) { Requires = requirements, Timeline = timeline });
                    metrics.Created(command.SettingsVariant);
                    metrics.Reached(placed.Status, command.SettingsVariant);
                    return new OrderReply(placed.ToOrder());
                }
                catch (VersionConflictException fault) when (journal.Timeline != timeline)
                {
                    // A standby of the database was promoted: another attempt asks the participants again.
                    throw new RequirementFailedException(OrderState.StreamOf(orderId), fault);
                }
                catch (VersionConflictException)
                {
                    order = await ReadAsync(orderId);
                }
            }
        }
        catch (RequirementFailedException)
        {
            await attempt.GiveBackAsync();
            throw;
        }
    }

    /// <summary>
    /// Refuses, unless the request repeats one that made the order, or one that is still being worked on, here or on another
    /// silo, and has itself taken what is missing now.
    /// </summary>
    private async Task<OrderReply> RefuseAsync(string orderId, PlaceOrder command, AttemptOutcome.Refused refused) =>
        (refused.Contended || command.Fingerprint is not null) && await ReadAsync(orderId) is { Exists: true } order ? Replay(order, command)
        : refused.Contended ? new OrderInFlight()
        : refused.Refusal;

    private async Task<OrderState> ReadAsync(string orderId) => Aggregate.Fold<OrderState, OrderEvent>(
        OrderState.Initial(orderId), await journal.ReadStreamAsync(OrderState.StreamOf(orderId), 0));

    /// <summary>
    /// Whether an activation of a participant has lost its stream to another one. A participant on another silo says so itself; of
    /// one on this silo the order's append learns it.
    /// </summary>
    private static bool IsOfActivationLeftBehind(JournalException fault) =>
        fault is VersionConflictException or RequirementFailedException { InnerException: VersionConflictException };
}
