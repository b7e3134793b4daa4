using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Journal;

namespace Granary.Grains.EventSourcing;

/// <summary>
/// A grain whose state is its stream in the journal. It decides in memory, at once, on the newest decided state. A caller is
/// answered when everything decided before the answer is durable, unless the caller itself makes sure that nothing becomes
/// durable without it (<see cref="QueueAsync"/>). While one append is in flight the grain continues to decide, and the next
/// append contains everything decided meanwhile. When an append fails, every caller that waits for it or for a later one gets the
/// error, and the activation ends: the next one starts from the durable state.
/// </summary>
/// <typeparam name="TState">The immutable state.</typeparam>
/// <typeparam name="TEvent">The common base of its events.</typeparam>
public abstract class EventSourcedGrain<TState, TEvent>(IJournal journal, TimeProvider clock) : Grain, IRemembersTimeline
    where TState : class, IAggregate<TState, TEvent>
    where TEvent : class
{
    // Another activation may have written while the cluster changes. With the pace of those who ask, what they know is at most two seconds old.
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(500);

    /// <summary>A read that takes longer may wait for a connection that is dead: the next caller does not wait for it.</summary>
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(1);

    private static readonly Task<Requirement?> AllDurable = Task.FromResult<Requirement?>(null);

    private List<JournalEvent> _undecided = [];
    private List<JournalEvent> _appending = [];
    private Commit? _next;
    private Commit? _current;
    private int _timeline;
    private bool _faulted;
    private bool _writing;
    private bool _leaving;
    private Task _writer = Task.CompletedTask;
    private Task? _refresh;
    private long _readBegan;

    /// <summary>The grain's key.</summary>
    protected string Key { get; private set; } = "";

    /// <summary>The newest decided state, durable or not. Decisions build on it; answers must not show it.</summary>
    protected TState Decided { get; private set; } = null!;

    /// <summary>The durable state. Answers show it.</summary>
    protected TState Durable { get; private set; } = null!;

    /// <summary>Whether the stream has been read.</summary>
    protected bool IsLoaded { get; private set; }

    /// <summary>Whether decisions were lost and the activation is about to end.</summary>
    protected bool IsFaulted => _faulted;

    /// <summary>The last durable event that <see cref="Durable"/> contains; null where it has none.</summary>
    protected EventMark? LastEvent { get; private set; }

    /// <summary>Whether the activation is ending: it decides nothing more of its own accord.</summary>
    protected bool IsLeaving => _leaving;

    /// <summary>Now.</summary>
    protected DateTimeOffset Now => clock.GetUtcNow();

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Key = this.GetPrimaryKeyString();
        Decided = Durable = TState.Initial(Key);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _leaving = true;
        while (_writing)
        {
            Hasten();

            // Not the commit in flight: its waiting callers continue inside the writer, before the writer moves on.
            await _writer;
        }
    }

    /// <summary>Reads the durable state, unless it was read before.</summary>
    /// <param name="snapshot">
    /// A state to start from; null for the beginning. It counts only if its last event is in the journal: after a failover that lost events,
    /// an activation that still knew them may have written it.
    /// </param>
    /// <returns>Whether the snapshot did not count.</returns>
    /// <exception cref="JournalUnavailableException">The store cannot be reached.</exception>
    protected async Task<bool> EnsureLoadedAsync(Snapshot<TState>? snapshot = null)
    {
        if (IsLoaded)
        {
            return false;
        }

        var start = snapshot?.State ?? TState.Initial(Key);
        _readBegan = clock.GetTimestamp();
        _timeline = journal.Timeline;
        var records = await journal.ReadStreamAsync(TState.StreamOf(Key), Math.Max(0, start.Version - 1));
        var isRefused = start.Version > 0 && !(records is [var last, ..] && last.Version == start.Version && EventMark.IsOf(last, snapshot!.LastEvent));
        if (isRefused)
        {
            start = TState.Initial(Key);
            records = await journal.ReadStreamAsync(TState.StreamOf(Key), 0);
        }

        if (!IsLoaded)
        {
            Decided = Durable = Aggregate.Fold<TState, TEvent>(start, records.Where(record => record.Version > start.Version));
            LastEvent = records is [.., var newest] ? EventMark.Of(newest) : null;
            IsLoaded = true;
        }

        return isRefused;
    }

    /// <summary>Records events: they are decided now and become durable with <see cref="CommitAsync"/>.</summary>
    protected void Raise(IReadOnlyList<TEvent> events)
    {
        ThrowIfFaulted();
        Decided = Aggregate.Record(Decided, events, Now, JournalTraces.Caller, _undecided);
    }

    /// <summary>Returns when everything decided so far is durable.</summary>
    /// <exception cref="VersionConflictException">Another activation wrote; call the grain again to reach it.</exception>
    /// <exception cref="JournalException">It is not durable, or that is unknown.</exception>
    protected Task CommitAsync()
    {
        ThrowIfFaulted();
        return Covering(isAwaited: true)?.Task ?? Task.CompletedTask;
    }

    /// <summary>
    /// Returns when everything decided so far is queued in the journal, with the last append that contains some of it: an append
    /// that requires that append becomes durable with it, after it, or not at all. Null when everything is durable. The commit is
    /// left to the caller's own append that requires it, which must follow; it starts at once if any other caller waits for it.
    /// </summary>
    /// <exception cref="VersionConflictException">Another activation wrote; call the grain again to reach it.</exception>
    /// <exception cref="JournalException">
    /// Earlier decisions are not durable, or that is unknown, so nothing was queued.
    /// </exception>
    protected Task<Requirement?> QueueAsync()
    {
        ThrowIfFaulted();
        return Covering(isAwaited: false)?.Queued ?? AllDurable;
    }

    /// <summary>Stops work on an activation whose decisions were lost.</summary>
    /// <exception cref="VersionConflictException">A new activation must decide.</exception>
    protected void ThrowIfFaulted()
    {
        if (_timeline != 0 && journal.Timeline != _timeline && !_faulted)
        {
            // A standby of the database was promoted: it may not have what this activation has read.
            _faulted = true;
            DeactivateOnIdle();
        }

        if (IsFaulted)
        {
            throw new VersionConflictException(TState.StreamOf(Key), Durable.Version);
        }
    }

    /// <summary>
    /// Applies events that another activation has appended. While a cluster changes, a grain may briefly have two activations.
    /// The journal prevents the outdated one from writing; this method prevents it from refusing a command because of events that
    /// it has not read.
    /// </summary>
    /// <returns>Whether there were new events.</returns>
    /// <exception cref="JournalUnavailableException">The store cannot be reached.</exception>
    protected async Task<bool> RefreshAsync()
    {
        var newer = await journal.ReadStreamAsync(TState.StreamOf(Key), Durable.Version);
        if (_writing || IsFaulted || newer is not [.., var newest] || newest.Version <= Durable.Version)
        {
            // An append in flight will detect a conflict itself.
            return false;
        }

        Decided = Durable = Aggregate.Fold<TState, TEvent>(Durable, newer.Where(record => record.Version > Durable.Version));
        LastEvent = EventMark.Of(newest);
        return true;
    }

    /// <summary>Reads what another activation has appended, unless that was read a moment ago.</summary>
    /// <param name="known">The version that the caller has seen; a state before it is read again at once.</param>
    /// <exception cref="JournalUnavailableException">The store cannot be reached.</exception>
    protected Task EnsureFreshAsync(long known = 0)
    {
        var (age, isRead) = (clock.GetElapsedTime(_readBegan), _refresh?.IsCompletedSuccessfully ?? true);
        if (isRead ? age >= Freshness || known > Durable.Version : _refresh!.IsCompleted || age >= ReadPatience)
        {
            _readBegan = clock.GetTimestamp();
            _refresh = RefreshAsync();
        }

        return _refresh ?? Task.CompletedTask;
    }

    /// <summary>
    /// Decides, and returns when that is durable. What would change nothing is decided again on the newest events: another activation may
    /// have written while the cluster changes.
    /// </summary>
    protected async Task<Decision<TEvent>> DecideAsync(Func<TState, Decision<TEvent>> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        var decision = decide(Decided);
        if (decision.Events.Count == 0 && await RefreshAsync())
        {
            decision = decide(Decided);
        }

        Raise(decision.Events);
        await CommitAsync();
        return decision;
    }

    /// <summary>Called after events have become durable. It must not throw.</summary>
    protected virtual void OnDurable()
    {
    }

    /// <summary>The commit that covers everything decided so far, in progress by now; null when all of it is durable.</summary>
    private Commit? Covering(bool isAwaited)
    {
        if (_undecided.Count == 0)
        {
            if (isAwaited)
            {
                Hasten();
            }

            return _current;
        }

        var covering = _next ??= new Commit { IsDeferred = true };
        covering.IsDeferred &= !isAwaited;
        if (_writing)
        {
            // The append in flight must end before this one can begin.
            Hasten();
        }
        else
        {
            _writing = true;
            _writer = WriteAsync();
        }

        return covering;
    }

    /// <summary>
    /// Commits the append in flight if it is deferred and waits for another append to start the commit. An append that has ended,
    /// although this grain has not processed that yet, waits for nothing: a flush would only commit other grains' deferred
    /// appends too early.
    /// </summary>
    private void Hasten()
    {
        if (_current is { IsDeferred: true, HasEnded: false } current)
        {
            current.IsDeferred = false;
            journal.Flush();
        }
    }

    /// <summary>Appends until everything decided is durable or an append has failed, which it reports to the waiting callers.</summary>
    private async Task WriteAsync()
    {
        while (_undecided.Count > 0)
        {
            var decided = Decided;
            var append = BeginAppend();
            while (append is not null)
            {
                try
                {
                    await append;
                }
                catch (Exception fault)
                {
                    Fail(fault);
                    return;
                }

                Durable = decided;
                LastEvent = EventMark.Of(_appending[^1]);
                var written = _current!;

                // The next append goes out before the callers that waited for this one continue: it need not wait for them.
                decided = Decided;
                append = _undecided.Count > 0 ? BeginAppend() : null;
                OnDurable();
                written.SetResult();
            }
        }

        _current = null;
        _writing = false;
    }

    private Task BeginAppend()
    {
        var events = _appending = _undecided;
        _undecided = new List<JournalEvent>(capacity: 1);
        _current = _next ?? new Commit();
        _next = null;

        // A deactivation waits for this append, and the order that would start its commit may be waiting for the deactivation.
        _current.IsDeferred &= !_leaving;
        var append = new JournalAppend(TState.StreamOf(Key), Durable.Version, events) { IsDeferred = _current.IsDeferred, Timeline = _timeline };
        var outcome = journal.AppendAsync(append);
        _current.SetQueued(new Requirement(append.Stream, outcome));
        return outcome;
    }

    private void Fail(Exception fault)
    {
        var (current, next) = (_current!, _next);
        (_current, _next, _writing) = (null, null, false);
        _undecided = [];
        Decided = Durable;
        _faulted = true;
        DeactivateOnIdle();

        // Waiting callers continue from here, on a consistent state.
        current.Fail(fault);
        next?.Fail(fault);
    }

    /// <summary>Decisions that are being appended to the journal. The task ends when they are durable.</summary>
    private sealed class Commit : TaskCompletionSource
    {
        private TaskCompletionSource<Requirement?>? _waiting;
        private Requirement? _queued;

        /// <summary>Whether all waiting callers will append events that require it.</summary>
        public bool IsDeferred { get; set; }

        /// <summary>Whether the journal has made the append durable or refused it.</summary>
        public bool HasEnded => _queued is { Outcome.IsCompleted: true };

        public Task<Requirement?> Queued =>
            _queued is not null ? System.Threading.Tasks.Task.FromResult(_queued)
            : (_waiting ??= new TaskCompletionSource<Requirement?>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void SetQueued(Requirement append)
        {
            _queued = append;
            _waiting?.SetResult(append);
        }

        /// <summary>Observes the exceptions itself, because there may be no waiting caller left.</summary>
        public void Fail(Exception fault)
        {
            SetException(fault);
            _ = Task.Exception;
            if (_queued is null && _waiting is not null)
            {
                _waiting.SetException(fault);
                _ = _waiting.Task.Exception;
            }
        }
    }
}
