using Granary.Journal;
using Microsoft.Extensions.Options;

namespace Granary.Streams;

/// <summary>
/// Reads the end of the journal once for the whole process and passes new events to the attached observers: the partitions that
/// this silo reads and the live views of orders. It reads when this process appended or when <see cref="Wake"/> reports an append
/// elsewhere; a slow poll compensates for a lost call.
/// </summary>
public sealed partial class JournalFeed(
    IJournal journal,
    IOptions<StreamSettings> options,
    TimeProvider clock,
    ILogger<JournalFeed> logger) : BackgroundService
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

    private readonly Lock _lock = new();
    private readonly WakeSignal _signal = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IJournalObserver[] _observers = [];
    private long _position;
    private int _timeline;
    private long _lastNudge;

    /// <summary>The position up to which the journal has been passed on.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>The timeline of the journal on which events are read; 0 where there is only one.</summary>
    public int Timeline => Volatile.Read(ref _timeline);

    /// <summary>Signals that events may have been appended. It is cheap and never blocks.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Makes every attached partition call its consumers, even if there are no new events.</summary>
    public void Nudge()
    {
        Interlocked.Exchange(ref _lastNudge, clock.GetTimestamp());
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

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // The feed stopped before it knew where the journal ends: callers must not wait for that any longer.
        _started.TrySetCanceled(CancellationToken.None);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        var began = clock.GetTimestamp();
        journal.Appended += Wake;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StartAtEndAsync(stoppingToken);
                await FollowAsync(settings, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // Whatever exception the store's driver throws: only the feed moves the streams, so it must survive every outage.
                if (_started.Task.IsCompleted || clock.GetElapsedTime(began) > StartPatience)
                {
                    ReadFailed(fault);
                }

                await Task.Delay(FaultDelay, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task StartAtEndAsync(CancellationToken cancellationToken)
    {
        if (_started.Task.IsCompleted)
        {
            return;
        }

        _timeline = journal.Timeline;
        _position = await journal.ReadEndAsync(cancellationToken);
        _lastNudge = clock.GetTimestamp();
        _started.TrySetResult();
    }

    private async Task FollowAsync(StreamSettings settings, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var timeline = journal.Timeline;
            if (timeline != _timeline)
            {
                Restart(timeline);
            }

            var page = await journal.ReadAllAsync(_position, PageLength, cancellationToken);
            if (journal.Timeline != timeline)
            {
                // It may be a page of the old primary.
                continue;
            }

            if (page.Count > 0)
            {
                HandOn(new JournalPage(page, settings.Partitions));
            }

            if (clock.GetElapsedTime(Interlocked.Read(ref _lastNudge)) >= settings.NudgePeriod)
            {
                Nudge();
            }

            if (page.Count == PageLength)
            {
                continue;
            }

            if (page.Count > 0)
            {
                await Task.Delay(page.Count < BusyPage ? settings.Pace : settings.Pace * BusyPaces, clock, cancellationToken);
            }

            await _signal.WaitAsync(settings.PollPeriod, cancellationToken);
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

/// <summary>
/// Gets new events of the journal, in position order. The feed's only reader calls it, so it must not block or throw.
/// </summary>
public interface IJournalObserver
{
    /// <summary>New events.</summary>
    void OnEvents(JournalPage page);

    /// <summary>Consumers must be called even if there are no new events.</summary>
    void Nudge();

    /// <summary>
    /// The database has a new timeline: events that were passed on may not exist any more. Others follow after a position.
    /// </summary>
    void Restart(long position);
}
