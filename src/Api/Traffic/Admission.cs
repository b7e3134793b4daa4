namespace Granary.Api.Traffic;

/// <summary>
/// Decides which requests are worked on, which wait for their turn and which are shed. A bounded number is worked on; the rest
/// wait, first come first served, and a newcomer is let into the queue by how long it would wait there: those ahead of it
/// divided by the rate at which requests are completed (Little's law). Many patient clients are thus served, however many they
/// are, while a flood that no server could work off is shed at the door within microseconds.
/// <para>
/// Near kin: CoDel (RFC 8289), which judges a queue by the time spent in it instead of its length, and its use in front of
/// servers (Maurer, "Fail at Scale", ACM Queue 13/8, 2015). Unlike those this one decides on entry, because a caller who is shed
/// after seconds of waiting has lost more than one who is told at once, and it does not serve the newest first under overload:
/// that would starve some of those who wait at a connection of their own until they are answered. Nor does it shorten the
/// wait it accepts once it sheds: callers who repeat at once would hold it in that state although it could serve them all.
/// </para>
/// <para>
/// A refusal costs about a fifth of a request, so such callers could keep the server busy with nothing but refusing them:
/// refusals are given at a <see cref="RefusalPace">pace</see> that leaves it time for its work.
/// </para>
/// </summary>
public sealed class Admission : IDisposable
{
    /// <summary>Who has waited so many times <see cref="AdmissionOptions.MaxWait"/> was expected to be served much earlier.</summary>
    private const int Patience = 2;

    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly AdmissionOptions _options;
    private readonly TimeProvider _clock;
    private readonly ITimer _watch;
    private readonly int _turns;

    // While nobody waits, turns are taken and given back without the lock. It guards the queue and the rate.
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _queue = new();
    private readonly CompletionRate _rate;
    private readonly RefusalPace _refusals;
    private int _free;
    private int _waiting;

    /// <param name="options">The bounds.</param>
    /// <param name="clock">Measures waits and the rate of completions.</param>
    public Admission(AdmissionOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        _options = options;
        _clock = clock;
        _rate = new CompletionRate(clock);
        _refusals = new RefusalPace(clock, longest: options.MaxWait);
        _turns = _free = options.MaxConcurrent == 0 ? int.MaxValue : options.MaxConcurrent;

        // When nothing is completed and nobody comes, nothing else would notice that time passes.
        _watch = clock.CreateTimer(static self => ((Admission)self!).Watch(), this, CompletionRate.Window, CompletionRate.Window);
    }

    /// <summary>Requests that are worked on.</summary>
    public int Executing => _turns - Volatile.Read(ref _free);

    /// <summary>Requests that wait for their turn.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How long a request that comes now would wait for its turn, as far as is known.</summary>
    public TimeSpan ExpectedWait
    {
        get
        {
            lock (_lock)
            {
                return Volatile.Read(ref _free) > 0 ? TimeSpan.Zero : _rate.TimeFor(_queue.Count + 1) ?? TimeSpan.Zero;
            }
        }
    }

    /// <summary>
    /// What to tell a caller who is shed: the time after which those who wait now will have been worked off, between one and
    /// 30 seconds.
    /// </summary>
    public TimeSpan RetryAfter
    {
        get
        {
            var wait = ExpectedWait;
            return wait < ShortestRetry ? ShortestRetry : wait < LongestRetry ? wait : LongestRetry;
        }
    }

    /// <summary>How long to hold back the refusal of a request that is shed now; zero unless very many are.</summary>
    public TimeSpan HoldRefusal()
    {
        lock (_lock)
        {
            return _refusals.Next(_rate.PerSecond);
        }
    }

    /// <summary>Takes a turn if one is free and nobody waits for it. Allocates nothing and takes no lock.</summary>
    /// <returns>Whether the caller has a turn; if so, it must <see cref="Leave"/>.</returns>
    public bool TryEnter() => Volatile.Read(ref _waiting) == 0 && TryTakeTurn();

    /// <summary>Waits for a turn, if that does not take too long.</summary>
    /// <param name="cancellation">The caller has left: so does the request, at once.</param>
    /// <returns>What became of it; who has <see cref="Admittance.Entered"/> must <see cref="Leave"/>.</returns>
    public async ValueTask<Admittance> WaitAsync(CancellationToken cancellation)
    {
        var waiter = new Waiter(this, _clock.GetTimestamp());
        if (!TryQueue(waiter, out var refusal))
        {
            return refusal;
        }

        await using var leaving = cancellation.UnsafeRegister(static waiter => ((Waiter)waiter!).GiveUp(), waiter);
        return await waiter.Task;
    }

    /// <summary>Gives a turn back, to whoever has waited longest.</summary>
    public void Leave()
    {
        // Who queues up writes the number of those waiting and then looks for a free turn; here it is the other way round.
        // Both are full fences, so one of the two sees the other.
        Interlocked.Increment(ref _free);
        if (Volatile.Read(ref _waiting) > 0)
        {
            lock (_lock)
            {
                _rate.Completed();
                HandOver();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _watch.Dispose();

    private bool TryTakeTurn()
    {
        for (var free = Volatile.Read(ref _free); free > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _free, free - 1, free);
            if (seen == free)
            {
                return true;
            }

            free = seen;
        }

        return false;
    }

    private bool TryQueue(Waiter waiter, out Admittance refusal)
    {
        lock (_lock)
        {
            var ahead = _queue.Count;
            refusal = ahead >= _options.MaxQueued ? Admittance.Full : Admittance.TooLong;
            if (ahead >= _options.MaxQueued || !IsWorthWaiting(ahead))
            {
                return false;
            }

            if (ahead == 0)
            {
                _rate.Resume();
            }

            _queue.AddLast(waiter.Place);
            Interlocked.Exchange(ref _waiting, ahead + 1);
            HandOver();
            return true;
        }
    }

    /// <summary>
    /// As many as are worked on may wait in any case: they wait no longer than those take to be served, and the rate can only be
    /// measured while somebody waits, so that it must not keep everybody out after a standstill.
    /// </summary>
    private bool IsWorthWaiting(int ahead) =>
        ahead < _turns || _rate.TimeFor(ahead + 1) is not { } wait || wait <= _options.MaxWait;

    private void HandOver()
    {
        while (_queue.First is { } first && TryTakeTurn())
        {
            Dismiss(first.Value, Admittance.Entered);
        }
    }

    private void Dismiss(Waiter waiter, Admittance admittance)
    {
        _queue.Remove(waiter.Place);
        Volatile.Write(ref _waiting, _queue.Count);
        if (_queue.Count == 0)
        {
            _rate.Pause();
        }

        waiter.SetResult(admittance);
    }

    private void GiveUp(Waiter waiter)
    {
        lock (_lock)
        {
            if (waiter.Place.List is not null)
            {
                Dismiss(waiter, Admittance.Gone);
            }
        }
    }

    private void Watch()
    {
        if (Volatile.Read(ref _waiting) == 0)
        {
            return;
        }

        lock (_lock)
        {
            _rate.Advance();
            while (_queue.First is { } first && _clock.GetElapsedTime(first.Value.Since) > _options.MaxWait * Patience)
            {
                Dismiss(first.Value, Admittance.Overdue);
            }
        }
    }

    /// <summary>A request in the queue. It goes on elsewhere than under the lock.</summary>
    private sealed class Waiter : TaskCompletionSource<Admittance>
    {
        private readonly Admission _admission;

        public Waiter(Admission admission, long since)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            _admission = admission;
            Since = since;
            Place = new LinkedListNode<Waiter>(this);
        }

        public long Since { get; }

        public LinkedListNode<Waiter> Place { get; }

        public void GiveUp() => _admission.GiveUp(this);
    }
}
