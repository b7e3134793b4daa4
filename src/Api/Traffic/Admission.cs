namespace Granary.Api.Traffic;

/// <summary>
/// Decides which requests execute, which wait for a turn and which are shed. A bounded number executes; the rest wait, first
/// come, first served. A new request may queue depending on its expected wait: the number of requests ahead divided by the rate
/// at which requests complete (Little's law). So many patient clients are served, however many they are, while a flood that no
/// server could work off is shed within microseconds.
/// <para>
/// Related work: CoDel (RFC 8289), which judges a queue by the time spent in it instead of its length, and its use in front of
/// servers (Maurer, "Fail at Scale", ACM Queue 13/8, 2015). Unlike those, this class decides on entry, because a caller that is
/// shed after seconds of waiting has lost more than one that is refused at once. It does not serve the newest request first under
/// overload: that would starve some callers that each wait on a connection until they are answered. Nor does it shorten the
/// accepted wait once it sheds: callers that repeat at once would keep it in that state although it could serve them all.
/// </para>
/// <para>
/// A refusal costs about a fifth of a request, so such callers could keep the server busy with refusals alone: refusals are given
/// at a <see cref="RefusalPace">pace</see> that leaves it time for its work.
/// </para>
/// </summary>
public sealed class Admission : IDisposable
{
    /// <summary>
    /// A request that has waited this many times <see cref="AdmissionOptions.MaxWait"/> was expected to be served much earlier.
    /// </summary>
    private const int Patience = 2;

    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _clock;
    private readonly ITimer _watch;

    // While no request waits, turns are taken and given back without the lock. It guards the queue, the rate and the bounds.
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _queue = new();
    private readonly CompletionRate _rate;
    private readonly RefusalPace _refusals;
    private AdmissionOptions _options;
    private int _turns;
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
        _turns = _free = TurnsOf(options);

        // If nothing completes and no request arrives, only this timer notices that time passes.
        _watch = clock.CreateTimer(static self => ((Admission)self!).Watch(), this, CompletionRate.Window, CompletionRate.Window);
    }

    /// <summary>Number of executing requests.</summary>
    public int Executing
    {
        get
        {
            lock (_lock)
            {
                return _turns - Volatile.Read(ref _free);
            }
        }
    }

    /// <summary>Number of requests that wait for a turn.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>The expected wait of a request that arrives now, as far as it is known.</summary>
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
    /// The retry time for a caller that is shed: the time after which the requests that wait now will have been worked off,
    /// between one and 30 seconds.
    /// </summary>
    public TimeSpan RetryAfter
    {
        get
        {
            var wait = ExpectedWait;
            return wait < ShortestRetry ? ShortestRetry : wait < LongestRetry ? wait : LongestRetry;
        }
    }

    /// <summary>
    /// Takes other bounds over. Requests that execute keep their turns: with fewer turns than that, the next one is free when enough have been
    /// given back. Requests that wait keep their places.
    /// </summary>
    public void Change(AdmissionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_lock)
        {
            _options = options;
            _refusals.Longest = options.MaxWait;
            var more = TurnsOf(options) - _turns;
            _turns += more;
            Interlocked.Add(ref _free, more);
            HandOver();
        }
    }

    /// <summary>How long to delay the refusal of a request that is shed now; zero unless very many are shed.</summary>
    public TimeSpan HoldRefusal()
    {
        lock (_lock)
        {
            return _refusals.Next(_rate.PerSecond);
        }
    }

    /// <summary>Takes a turn if one is free and no request waits for it. It allocates nothing and takes no lock.</summary>
    /// <returns>Whether the caller has a turn; if so, it must <see cref="Leave"/>.</returns>
    public bool TryEnter() => Volatile.Read(ref _waiting) == 0 && TryTakeTurn();

    /// <summary>Waits for a turn, if that does not take too long.</summary>
    /// <param name="cancellation">The caller has disconnected: its request leaves the queue at once.</param>
    /// <returns>The result; a caller with <see cref="Admittance.Entered"/> must <see cref="Leave"/>.</returns>
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

    /// <summary>Gives a turn back, to the request that has waited longest.</summary>
    public void Leave()
    {
        // A request that queues up writes the number of waiting requests and then looks for a free turn; here it is the other way
        // round. Both are full fences, so one of the two sees the other.
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

    private static int TurnsOf(AdmissionOptions options) => options.MaxConcurrent == 0 ? int.MaxValue : options.MaxConcurrent;

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
    /// As many requests as execute may wait in any case: they wait no longer than those take to be served. The rate can only be
    /// measured while a request waits, so it must not keep all requests out after a standstill.
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

    /// <summary>A request in the queue. Its continuation does not run under the lock.</summary>
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
