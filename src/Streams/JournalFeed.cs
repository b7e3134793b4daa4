using Granary.Journal;
using Microsoft.Extensions.Options;

namespace Granary.Streams;

/// <summary>
/// Reads the end of the journal, once for the whole process, and hands what is new to whoever is attached: the partitions
/// that this silo serves and the live views of orders. It reads when something was appended here or, as
/// <see cref="Wake"/> is told, elsewhere; a slow poll makes good a call that was lost.
/// </summary>
public sealed partial class JournalFeed(
    IJournal journal,
    IOptions<StreamSettings> options,
    TimeProvider clock,
    ILogger<JournalFeed> logger) : BackgroundService
{
    /// <summary>Events read at once at most.</summary>
    private const int PageLength = 8_192;

    /// <summary>Events in a page from which the journal is read less often: a delivery costs much the same however many it carries.</summary>
    private const int BusyPage = 512;

    /// <summary>Paces between two reads of a busy journal.</summary>
    private const double BusyPaces = 2.5;

    /// <summary>A database that is created or started together with this process may take this long without a warning.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FaultDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly WakeSignal _signal = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IJournalObserver[] _observers = [];
    private long _position;
    private long _lastNudge;

    /// <summary>The position up to which the journal has been handed on.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Says that something may have been appended. Cheap; never blocks.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Has every attached partition call its consumers, although there may be nothing new.</summary>
    public void Nudge()
    {
        Interlocked.Exchange(ref _lastNudge, clock.GetTimestamp());
        foreach (var observer in Volatile.Read(ref _observers))
        {
            observer.Nudge();
        }
    }

    /// <summary>Attaches an observer once the feed knows where the journal ends. It gets every event after <paramref name="begin"/>'s argument.</summary>
    /// <param name="observer">Who shall get the events.</param>
    /// <param name="begin">Called with the position that the events to come follow, before the first of them.</param>
    /// <exception cref="OperationCanceledException">The feed was stopped before it knew, or the wait was cancelled.</exception>
    public async Task AttachAsync(IJournalObserver observer, Action<long> begin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(begin);
        await _started.Task.WaitAsync(cancellationToken);
        lock (_lock)
        {
            begin(_position);
            _observers = [.. _observers, observer];
        }
    }

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

        // Stopped before it knew where the journal ends: nobody shall wait for that any longer.
        _started.TrySetCanceled(CancellationToken.None);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        var began = clock.GetTimestamp();
        if (journal is GroupCommitJournal local)
        {
            local.Appended += Wake;
        }

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
                // Whatever the store's driver throws: the feed is all that moves the streams, and must outlive every outage.
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

        _position = await journal.ReadEndAsync(cancellationToken);
        _lastNudge = clock.GetTimestamp();
        _started.TrySetResult();
    }

    private async Task FollowAsync(StreamSettings settings, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var page = await journal.ReadAllAsync(_position, PageLength, cancellationToken);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The journal feed cannot read; it tries again.")]
    private partial void ReadFailed(Exception fault);
}

/// <summary>Gets what is new in the journal, in position order. Called by the feed's one reader: must not block or throw.</summary>
public interface IJournalObserver
{
    /// <summary>New events.</summary>
    void OnEvents(JournalPage page);

    /// <summary>Consumers shall be called although there may be nothing new.</summary>
    void Nudge();
}
