using Granary.Domain.Claims;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Grains.Claims;

/// <summary>
/// A grain that keeps claims of orders: a stock item its units, a user the money. It recovers from snapshots, keeps its claims
/// aligned with the decisions of their orders, and checks back with an order that sends no decision. So a crash at any point
/// heals without a coordinator.
/// </summary>
/// <typeparam name="TState">The immutable state.</typeparam>
/// <typeparam name="TEvent">The common base of its events.</typeparam>
public abstract class ClaimKeeperGrain<TState, TEvent>(ClaimKeeping keeping)
    : EventSourcedGrain<TState, TEvent>(keeping.Journal, keeping.Clock)
    where TState : class, IAggregate<TState, TEvent>
    where TEvent : class
{
    /// <summary>Number of events after which a snapshot is worth writing, unless there are even more claims to write.</summary>
    private const int SnapshotEvery = 1_000;

    /// <summary>Number of events worth a snapshot when the activation ends.</summary>
    private const int SnapshotOnLeave = 50;

    /// <summary>Number of orders per read of the journal.</summary>
    private const int CheckBackBatch = 500;

    /// <summary>
    /// A claim is recent if it is at most this many grace periods older than the newest claim: the previous activation may not
    /// have asked about it.
    /// </summary>
    private const int RecentGraces = 2;

    /// <summary>
    /// Grace periods after which the grain asks about every claim, whatever it knows of it: the safety net for an order that
    /// decided, failed before it could send the decision, and was never called again.
    /// </summary>
    private const int SweepEvery = 10;

    /// <summary>Timeout of an order's answer: an order that does not answer must not hold up the questions about the others.</summary>
    private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(2);

    private readonly ClaimWatch _watch = new();
    private IGrainState<Snapshot<TState>> _snapshot = null!;
    private Task _snapshotWrite = Task.CompletedTask;
    private Task _checkBack = Task.CompletedTask;
    private TimeSpan _nextSweep;
    private int _lossesSeen;

    /// <summary>The name of the snapshot, with the version of its shape.</summary>
    protected abstract string SnapshotName { get; }

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        _snapshot = await keeping.Snapshots.ReadAsync<TState>(SnapshotName, this.GetGrainId());
        if (await EnsureLoadedAsync(_snapshot.State))
        {
            // The next one is written over it.
            _snapshot.State = new Snapshot<TState>();
        }

        _lossesSeen = keeping.Losses.Count;
        WatchFound();
        var grace = keeping.Options.Value.ReservationGrace;
        var period = TimeSpan.FromTicks(Math.Clamp(grace.Ticks / 4, TimeSpan.TicksPerMillisecond * 50, TimeSpan.TicksPerSecond * 5));
        this.RegisterGrainTimer(BeginCheckBack, new GrainTimerCreationOptions(period, period) { Interleave = true });
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await base.OnDeactivateAsync(reason, cancellationToken);
        await _snapshotWrite;
        if (UnsnapshottedEvents >= SnapshotOnLeave)
        {
            await WriteSnapshotAsync();
        }

        if (IsFaulted && !ClaimsOf(Durable).IsEmpty)
        {
            keeping.Revival.Begin(Key, NextActivation);
        }
    }

    /// <summary>Aligns the claim of an order with the order's decision.</summary>
    public async Task Align(OrderStanding standing)
    {
        ArgumentNullException.ThrowIfNull(standing);
        RaiseAlignment(standing);
        await CommitAsync();
    }

    /// <summary>Releases the reservation or hold of one attempt.</summary>
    public async Task Release(string orderId, long attempt)
    {
        Raise(DecideRelease(Decided, orderId, attempt).Events);
        await CommitAsync();
    }

    /// <summary>A call that activates the grain again; it does not use this activation.</summary>
    protected abstract Func<Task> NextActivation { get; }

    /// <summary>The claims in a state.</summary>
    protected abstract ClaimBook ClaimsOf(TState state);

    /// <summary>The next event that aligns a claim with its order; unchanged if it is aligned.</summary>
    protected abstract Decision<TEvent> DecideAlign(TState state, OrderStanding standing);

    /// <summary>The event that releases an attempt's reservation or hold; unchanged if there is none.</summary>
    protected abstract Decision<TEvent> DecideRelease(TState state, string orderId, long attempt);

    /// <summary>Schedules a question about an order whose attempt has just reserved or held something.</summary>
    protected void Watch(string orderId) => _watch.Add(orderId, Monotonic + keeping.Options.Value.ReservationGrace);

    /// <summary>
    /// Returns when the caller can rely on what was decided for it: at once where the commit group of its order takes the append
    /// in, because the order then requires it; otherwise when it is durable.
    /// </summary>
    /// <param name="group">The group that came with the call; null from another silo.</param>
    protected Task SecureAsync(ICommitGroup? group) =>
        group is not null && group.Join(QueueAsync()) ? Task.CompletedTask : CommitAsync();

    /// <inheritdoc/>
    protected override void OnDurable()
    {
        // A snapshot costs as much as the claims in it; written once per that many events, it is a constant cost per event.
        var claims = ClaimsOf(Durable).ByOrder.Count;
        if (UnsnapshottedEvents >= Math.Max(SnapshotEvery, claims) && _snapshotWrite.IsCompleted)
        {
            _snapshotWrite = WriteSnapshotAsync();
        }
    }

    /// <summary>The time since an arbitrary moment, which no step of the wall clock changes.</summary>
    private TimeSpan Monotonic => keeping.Clock.GetElapsedTime(0);

    private long UnsnapshottedEvents => Durable.Version - (_snapshot.State?.Version ?? 0);

    private async Task WriteSnapshotAsync()
    {
        var before = _snapshot.State;
        _snapshot.State = new Snapshot<TState> { State = Durable, Version = Durable.Version, LastEvent = LastEvent?.ToString() };

        // Serialising a hundred thousand claims takes 0.1 to 0.6 s (SnapshotBenchmarks). The state is immutable, so the grain goes on meanwhile.
        var (name, grain, entry) = (SnapshotName, this.GetGrainId(), _snapshot);
        if (!await Task.Run(() => keeping.Snapshots.WriteAsync(name, grain, entry)))
        {
            _snapshot = await keeping.Snapshots.ReadAsync<TState>(SnapshotName, this.GetGrainId());
            _snapshot.State ??= before;
        }
    }

    /// <summary>
    /// Schedules questions about the claims that a new activation finds. The grain asks about recent claims as soon as they are
    /// due. The previous activation has most likely asked about the others, and there may be hundreds of thousands: they are
    /// spread over the time of a sweep, so that a restart does not spend its first minute on them.
    /// </summary>
    private void WatchFound()
    {
        var grace = keeping.Options.Value.ReservationGrace;
        var claims = ClaimsOf(Decided).ByOrder;
        var recent = claims.Values.Select(TakenAt).DefaultIfEmpty().Max();
        recent = recent == default ? recent : recent - (RecentGraces * grace);
        WatchAll(SweepEvery * grace, claim => TakenAt(claim) is var at && at != default && at >= recent ? LeftOf(grace, at) : null);
    }

    /// <summary>What is left of a grace period that began then; the whole of it if the clock was set back meanwhile.</summary>
    private TimeSpan LeftOf(TimeSpan grace, DateTimeOffset began) => began > Now ? grace : began + grace - Now;

    /// <summary>Schedules every claim: after its own wait, or after a random one within a span.</summary>
    private void WatchAll(TimeSpan within, Func<Claim, TimeSpan?>? waitOf = null)
    {
        var now = Monotonic;
        _nextSweep = now + (SweepEvery * keeping.Options.Value.ReservationGrace);
        foreach (var (orderId, claim) in ClaimsOf(Decided).ByOrder)
        {
            _watch.AddAlways(orderId, now + (waitOf?.Invoke(claim) ?? within * Random.Shared.NextDouble()));
        }
    }

    /// <summary>The time of the newest pending attempt; the default when none is pending.</summary>
    private static DateTimeOffset TakenAt(Claim claim)
    {
        var newest = default(DateTimeOffset);
        foreach (var pending in claim.Pending)
        {
            newest = pending.At > newest ? pending.At : newest;
        }

        return newest;
    }

    /// <summary>
    /// Checks back beside the timer, which Orleans waits for before an activation ends: the order that is asked may be waiting for
    /// this grain, and only the next activation can answer it. The next activation finds the same claims and asks itself.
    /// </summary>
    private Task BeginCheckBack()
    {
        if (_checkBack.IsCompleted)
        {
            _checkBack = CheckBackAsync();
        }

        return Task.CompletedTask;
    }

    private async Task CheckBackAsync()
    {
        if (IsFaulted || IsLeaving)
        {
            return;
        }

        var grace = keeping.Options.Value.ReservationGrace;
        if (_lossesSeen != keeping.Losses.Count)
        {
            _lossesSeen = keeping.Losses.Count;
            WatchAll(grace);
        }
        else if (Monotonic >= _nextSweep)
        {
            WatchAll(SweepEvery * grace);
        }

        for (var due = TakeDue(); due.Count > 0 && !IsLeaving; due = TakeDue())
        {
            try
            {
                await CheckBackAsync(due);
            }
            catch (Exception) when (IsLeaving)
            {
                return;
            }
            catch (Exception fault)
            {
                // A store or silo is unavailable: the grain keeps the claims and asks again.
                keeping.Logger.LogWarning(fault, "{Grain} cannot check back with {Count} orders; it will try again.", Key, due.Count);
                foreach (var watched in due)
                {
                    _watch.AddAlways(watched.OrderId, Monotonic + keeping.Options.Value.ReservationGrace);
                }

                return;
            }
        }
    }

    private List<ClaimWatch.Watched> TakeDue()
    {
        var due = _watch.TakeDue(Monotonic, CheckBackBatch);
        due.RemoveAll(watched =>
            ClaimsOf(Decided).Find(watched.OrderId) is not { } claim || (!watched.Always && Stands(watched.OrderId, claim)));
        return due;
    }

    /// <summary>Whether every pending attempt here is known to have placed its order.</summary>
    private bool Stands(string orderId, Claim claim)
    {
        foreach (var pending in claim.Pending)
        {
            if (!keeping.Placements.Stand(orderId, pending.Attempt))
            {
                return false;
            }
        }

        return true;
    }

    private async Task CheckBackAsync(List<ClaimWatch.Watched> due)
    {
        var streams = due.Select(watched => OrderState.StreamOf(watched.OrderId)).Distinct().ToList();
        var records = await keeping.Turns.RunAsync(() => keeping.Journal.ReadStreamsAsync(streams));
        foreach (var watched in due)
        {
            var orderId = watched.OrderId;
            OrderState order;
            try
            {
                order = Aggregate.Fold<OrderState, OrderEvent>(OrderState.Initial(orderId), records[OrderState.StreamOf(orderId)]);
            }
            catch (DamagedRecordException damaged)
            {
                // Its claim stays as it is until the next sweep; those of the other orders are settled.
                keeping.Logger.LogError(damaged, "{Grain} cannot check back with order {Order}.", Key, orderId);
                continue;
            }

            var standing = order.ToStanding();
            foreach (var pending in ClaimsOf(Decided).Find(orderId)?.Pending ?? [])
            {
                if (!standing.Accepted.Contains(pending.Attempt))
                {
                    standing = await AskAsync(orderId, pending);
                }
            }

            if (IsLeaving)
            {
                break;
            }

            RaiseAlignment(standing);
        }

        await CommitAsync();
    }

    private async Task<OrderStanding> AskAsync(string orderId, PendingAttempt pending)
    {
        var standing = await GrainFactory.Order(orderId).CheckBack(pending.Attempt).WaitAsync(LongestQuestion);
        if (standing.InFlight)
        {
            _watch.AddAlways(orderId, Monotonic + keeping.Options.Value.ReservationGrace);
        }
        else if (!standing.Accepted.Contains(pending.Attempt) && !IsLeaving)
        {
            Raise(DecideRelease(Decided, orderId, pending.Attempt).Events);
        }

        return standing;
    }

    private void RaiseAlignment(OrderStanding standing)
    {
        for (var decision = DecideAlign(Decided, standing); decision.Events.Count > 0; decision = DecideAlign(Decided, standing))
        {
            Raise(decision.Events);
        }
    }
}
