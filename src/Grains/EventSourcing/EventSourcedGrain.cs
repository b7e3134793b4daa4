using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Journal;

namespace Granary.Grains.EventSourcing;

/// <summary>
/// A grain whose state is its stream in the journal. It decides in memory, at once, on the newest decided state; a caller is
/// answered when everything that was decided before the answer is durable, unless the caller sees to it that nothing becomes
/// durable without that (<see cref="HandInAsync"/>). While one append is in flight the grain goes on
/// deciding, and all that was decided meanwhile rides in the next append. When an append fails, every caller that waits for it
/// or for a later one gets the error, and the activation is dropped: the next one starts from what is durable.
/// </summary>
/// <typeparam name="TState">The immutable state.</typeparam>
/// <typeparam name="TEvent">The common base of its events.</typeparam>
public abstract class EventSourcedGrain<TState, TEvent>(IJournal journal, TimeProvider clock) : Grain
    where TState : class, IAggregate<TState, TEvent>
    where TEvent : class
{
    private static readonly Task<Requirement?> AllDurable = Task.FromResult<Requirement?>(null);

    private List<JournalEvent> _undecided = [];
    private Commit? _next;
    private Commit? _current;
    private bool _faulted;
    private bool _writing;

    /// <summary>The grain's key.</summary>
    protected string Key { get; private set; } = "";

    /// <summary>What was decided last, durable or not. Decisions build on it; answers must not show it.</summary>
    protected TState Decided { get; private set; } = null!;

    /// <summary>What is durable. Answers show it.</summary>
    protected TState Durable { get; private set; } = null!;

    /// <summary>Whether the stream was read.</summary>
    protected bool IsLoaded { get; private set; }

    /// <summary>Whether decisions were lost and the activation is about to end.</summary>
    protected bool IsFaulted => _faulted;

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
        while (_current is { } current)
        {
            Hasten();

            // Callers that wait have their own copy of a failure; here it only matters that the append has ended.
            await current.Task.ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Reads what is durable, unless that was done before.</summary>
    /// <param name="from">A state to start from, such as a snapshot's; null for the beginning.</param>
    /// <exception cref="JournalUnavailableException">The store is out of reach.</exception>
    protected async Task EnsureLoadedAsync(TState? from = null)
    {
        if (IsLoaded)
        {
            return;
        }

        var start = from ?? TState.Initial(Key);
        var records = await journal.ReadStreamAsync(TState.StreamOf(Key), start.Version);
        if (!IsLoaded)
        {
            Decided = Durable = Aggregate.Fold<TState, TEvent>(start, records);
            IsLoaded = true;
        }
    }

    /// <summary>Records events: they are decided now and become durable with <see cref="CommitAsync"/>.</summary>
    protected void Raise(IReadOnlyList<TEvent> events)
    {
        ThrowIfFaulted();
        Decided = Aggregate.Record(Decided, events, Now, _undecided);
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
    /// Returns when everything decided so far is handed in to the journal, with the append that has the last of it: one that
    /// requires that append becomes durable with it, after it, or not at all. Null when everything is durable. The commit is left to
    /// the one that requires it, which must follow, and is made at once when anybody else waits for it.
    /// </summary>
    /// <exception cref="VersionConflictException">Another activation wrote; call the grain again to reach it.</exception>
    /// <exception cref="JournalException">What was decided before is not durable, or that is unknown, so it was not handed in.</exception>
    protected Task<Requirement?> HandInAsync()
    {
        ThrowIfFaulted();
        return Covering(isAwaited: false)?.HandedIn ?? AllDurable;
    }

    /// <summary>Stops work on an activation whose decisions were lost.</summary>
    /// <exception cref="VersionConflictException">A fresh activation must decide.</exception>
    protected void ThrowIfFaulted()
    {
        if (IsFaulted)
        {
            throw new VersionConflictException(TState.StreamOf(Key), Durable.Version);
        }
    }

    /// <summary>
    /// Takes in what others have appended meanwhile. While a cluster changes, a grain may for a moment live twice; the journal
    /// keeps the one left behind from writing, and this keeps it from refusing what it only does not know of.
    /// </summary>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="JournalUnavailableException">The store is out of reach.</exception>
    protected async Task<bool> RefreshAsync()
    {
        var newer = await journal.ReadStreamAsync(TState.StreamOf(Key), Durable.Version);
        if (_writing || IsFaulted || newer is not [.., var newest] || newest.Version <= Durable.Version)
        {
            // Where an append is under way, it will tell.
            return false;
        }

        Decided = Durable = Aggregate.Fold<TState, TEvent>(Durable, newer.Where(record => record.Version > Durable.Version));
        return true;
    }

    /// <summary>Called after events became durable. Must not throw.</summary>
    protected virtual void OnDurable()
    {
    }

    /// <summary>The commit that covers everything decided so far, under way by now; null when all of it is durable.</summary>
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
            // Whatever is under way must end before this can begin.
            Hasten();
        }
        else
        {
            _writing = true;
            _ = WriteAsync();
        }

        return covering;
    }

    /// <summary>
    /// Has the append that is under way committed, should it wait for another one to do it. One that has ended, although this grain
    /// has not got round to it, waits for nothing: a flush would only commit what others have handed in before their time.
    /// </summary>
    private void Hasten()
    {
        if (_current is { IsDeferred: true, HasEnded: false } current)
        {
            current.IsDeferred = false;
            journal.Flush();
        }
    }

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
                var written = _current!;

                // The next append goes out before those who waited for this one run on: it need not wait for them.
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
        var events = _undecided;
        _undecided = [];
        _current = _next ?? new Commit();
        _next = null;
        var append = new JournalAppend(TState.StreamOf(Key), Durable.Version, events) { IsDeferred = _current.IsDeferred };
        var outcome = journal.AppendAsync(append);
        _current.HandIn(new Requirement(append.Stream, outcome));
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

        // Those who wait run on from here, on a state that is settled again.
        current.Fail(fault);
        next?.Fail(fault);
    }

    /// <summary>Decisions on their way into the journal. The task ends when they are durable.</summary>
    private sealed class Commit : TaskCompletionSource
    {
        private TaskCompletionSource<Requirement?>? _waiting;
        private Requirement? _handedIn;

        /// <summary>Whether only those wait for it who hand in an append that requires it.</summary>
        public bool IsDeferred { get; set; }

        /// <summary>Whether the journal has made the append durable or refused it.</summary>
        public bool HasEnded => _handedIn is { Outcome.IsCompleted: true };

        public Task<Requirement?> HandedIn =>
            _handedIn is not null ? System.Threading.Tasks.Task.FromResult(_handedIn)
            : (_waiting ??= new TaskCompletionSource<Requirement?>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void HandIn(Requirement append)
        {
            _handedIn = append;
            _waiting?.SetResult(append);
        }

        /// <summary>Looks at the faults itself: nobody may be waiting for them any more.</summary>
        public void Fail(Exception fault)
        {
            SetException(fault);
            _ = Task.Exception;
            if (_handedIn is null && _waiting is not null)
            {
                _waiting.SetException(fault);
                _ = _waiting.Task.Exception;
            }
        }
    }
}
