using Granary.Journal;

namespace Granary.Streams;

/// <summary>
/// Reads the end of one database of the journal. It reads when this process appended or when <see cref="Wake"/> reports an append
/// elsewhere; a slow poll compensates for a lost call.
/// </summary>
public sealed partial class DatabaseFeed
{
    /// <summary>Maximum number of events per read.</summary>
    private const int PageLength = 8_192;

    /// <summary>
    /// From this page size on the journal is read less often: a delivery costs about the same however many events it carries.
    /// </summary>
    private const int BusyPage = 512;

    /// <summary>Paces between two reads of a busy journal.</summary>
    private const double BusyPaces = 2.5;

    /// <summary>
    /// Reads may fail this long after the start without a warning, because the database may be created or started together with
    /// this process.
    /// </summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FaultDelay = TimeSpan.FromSeconds(1);

    private readonly IJournal _journal;
    private readonly StreamSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger<JournalFeed> _logger;
    private readonly Lock _lock;
    private readonly WakeSignal _signal = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IJournalObserver[] _observers = [];
    private long _position;
    private int _timeline;
    private long _lastNudge;

    /// <param name="journal">The database.</param>
    /// <param name="calls">Taken while observers are called: they are observers of other databases, too.</param>
    internal DatabaseFeed(IJournal journal, StreamSettings settings, TimeProvider clock, ILogger<JournalFeed> logger, Lock calls) =>
        (_journal, _settings, _clock, _logger, _lock) = (journal, settings, clock, logger, calls);

    /// <summary>The position up to which the journal has been passed on.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>The timeline of the journal on which events are read; 0 where there is only one.</summary>
    public int Timeline => Volatile.Read(ref _timeline);

    /// <summary>Signals that events may have been appended. It is cheap and never blocks.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Makes every attached partition call its consumers, even if there are no new events.</summary>
    public void Nudge()
    {
        Interlocked.Exchange(ref _lastNudge, _clock.GetTimestamp());
        foreach (var observer in Volatile.Read(ref _observers))
        {
            observer.Nudge();
        }
    }

    /// <summary>
    /// Attaches an observer once the feed knows where the journal ends. The observer gets every event after the position passed
    /// to <paramref name="begin"/>.
    /// </summary>
    /// <param name="observer">The observer that gets the events.</param>
    /// <param name="begin">Called with the position before the first event to come, before that event.</param>
    /// <exception cref="OperationCanceledException">
    /// The feed stopped before it knew the end of the journal, or the wait was cancelled.
    /// </exception>
    public async Task AttachAsync(IJournalObserver observer, Action<long> begin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(begin);
        await StartedAsync(cancellationToken);
        lock (_lock)
        {
            begin(_position);
            _observers = [.. _observers, observer];
        }
    }

    /// <summary>Returns when the feed knows where the journal ends.</summary>
    /// <exception cref="OperationCanceledException">The feed stopped before, or the wait was cancelled.</exception>
    public Task StartedAsync(CancellationToken cancellationToken) => _started.Task.WaitAsync(cancellationToken);

    /// <summary>Detaches an observer.</summary>
    public void Detach(IJournalObserver observer)
    {
        lock (_lock)
        {
            _observers = [.. _observers.Where(other => !ReferenceEquals(other, observer))];
        }
    }

    /// <summary>The feed has stopped: callers must not wait any longer to know where the database ends.</summary>
    internal void Close() => _started.TrySetCanceled(CancellationToken.None);

    /// <summary>Follows the database until it is cancelled.</summary>
    internal async Task FollowAsync(CancellationToken stoppingToken)
    {
        var began = _clock.GetTimestamp();
        _journal.Appended += Wake;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StartAtEndAsync(stoppingToken);
                await ReadOnAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // Whatever exception the store's driver throws: only the feed moves the streams, so it must survive every outage.
                if (_started.Task.IsCompleted || _clock.GetElapsedTime(began) > StartPatience)
                {
                    ReadFailed(fault);
                }

                await Task.Delay(FaultDelay, _clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task StartAtEndAsync(CancellationToken cancellationToken)
    {
        if (_started.Task.IsCompleted)
        {
            return;
        }

        _timeline = _journal.Timeline;
        _position = await _journal.ReadEndAsync(cancellationToken);
        _lastNudge = _clock.GetTimestamp();
        _started.TrySetResult();
    }

    private async Task ReadOnAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var timeline = _journal.Timeline;
            if (timeline != _timeline)
            {
                Restart(timeline);
            }

            var page = await _journal.ReadAllAsync(_position, PageLength, cancellationToken);
            if (_journal.Timeline != timeline)
            {
                // It may be a page of the old primary.
                continue;
            }

            if (page.Count > 0)
            {
                HandOn(new JournalPage(page, _settings.Partitions));
            }

            if (_clock.GetElapsedTime(Interlocked.Read(ref _lastNudge)) >= _settings.NudgePeriod)
            {
                Nudge();
            }

            if (page.Count == PageLength)
            {
                continue;
            }

            if (page.Count > 0)
            {
                await Task.Delay(page.Count < BusyPage ? _settings.Pace : _settings.Pace * BusyPaces, _clock, cancellationToken);
            }

            await _signal.WaitAsync(_settings.PollPeriod, cancellationToken);
        }
    }

    /// <summary>
    /// A standby was promoted, and the last events may be lost. The position stays: it lies before every event of the new timeline
    /// (<c>PostgreSqlJournalWriter</c>), and at or behind every event that has been read and still exists.
    /// </summary>
    private void Restart(int timeline)
    {
        lock (_lock)
        {
            Volatile.Write(ref _timeline, timeline);
            foreach (var observer in _observers)
            {
                observer.Restart(_position);
            }
        }
    }

    private void HandOn(JournalPage page)
    {
        lock (_lock)
        {
            _position = page.Through;
            foreach (var observer in _observers)
            {
                observer.OnEvents(page);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The journal feed cannot read the journal; it will retry.")]
    private partial void ReadFailed(Exception fault);
}
