using System.Globalization;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Journal;
using Granary.Streams.Views;
using Microsoft.Extensions.Options;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime.Placement;
using Orleans.Streams;

namespace Granary.Streams;

/// <summary>
/// A consumer of all events: one grain per partition gets the events of its namespace in order, in large batches, at least once.
/// It keeps its own checkpoint, so it resumes where it was after any failure, on any silo. A new consumer begins at the first
/// event of the journal.
/// </summary>
/// <remarks>
/// <see cref="HandleAsync"/> must tolerate repetition: after a crash the events of the last second come again, and (stream,
/// version) identifies those already processed. An event that repeatedly fails alone goes to the dead letters and the other
/// events continue; a failure of the environment (an unavailable database) sets nothing aside.
/// </remarks>
public abstract partial class JournalConsumer(ConsumerServices services)
    : Grain, IJournalConsumer, IAsyncBatchObserver<JournalRecord>, IIncomingGrainCallFilter, IRemembersTimeline
{
    /// <summary>
    /// The <see cref="Pace"/> of consumers that read the order, product or user of an event and then write it. Several events of one of them
    /// then come in one delivery, for which it is read and written once.
    /// </summary>
    protected static readonly TimeSpan GatheringPace = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan CheckpointPeriod = TimeSpan.FromSeconds(1);

    /// <summary>A consumer that gets so many events in one delivery, or more, is behind.</summary>
    private const int FullBatch = 256;

    private IGrainTimer? _saving;
    private int _timeline;
    private int _viewTimeline;
    private long _position;
    private long _saved;
    private int _failedSaves;
    private bool _leaving;

    /// <summary>The consumer's name: the key of its checkpoints and the label on its metrics.</summary>
    protected abstract string Consumer { get; }

    /// <summary>The namespace it consumes.</summary>
    protected abstract string Namespace { get; }

    /// <summary>The number of the partition.</summary>
    protected int Partition { get; private set; }

    /// <summary>Now.</summary>
    protected DateTimeOffset Now => services.Clock.GetUtcNow();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        Partition = int.Parse(key, CultureInfo.InvariantCulture);
        services.Metrics.Started(Consumer);
        _timeline = Database.Timeline;
        _viewTimeline = Views.Timeline;
        _position = _saved = await services.Store.ReadCheckpointAsync(Consumer, Partition, cancellationToken);
        if (await Database.ReadAllAsync(Math.Max(0, _position - 1), 1, cancellationToken) is [var last])
        {
            services.Metrics.Resumed(Consumer, Namespace, Partition, _position, last);
        }

        var stream = this.GetStreamProvider(StreamNames.Provider).GetStream<JournalRecord>(StreamNames.StreamOf(Namespace, Partition));
        foreach (var handle in await stream.GetAllSubscriptionHandles())
        {
            // The random index makes the token unique to this activation. Orleans compares it with the token of its last
            // delivery. If they were equal by chance, Orleans would continue where the previous activation failed, perhaps after
            // events that were never processed.
            await handle.ResumeAsync(this, new EventSequenceTokenV2(_position, Random.Shared.Next(1, int.MaxValue)));
        }
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // If it fails, the next activation gets the events after the last checkpoint again; nothing is lost.
        await TrySaveAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task OnNextAsync(IList<SequentialItem<JournalRecord>> items)
    {
        if (IsOutdated || !IsOfThisTimeline())
        {
            Leave();
            throw new JournalUnavailableException(
                $"A standby of the database was promoted: consumer {Consumer} begins again at its checkpoint in partition {Partition}.");
        }

        MemoryOfTimeline.Set(_viewTimeline);
        var events = items.Select(item => item.Item).Where(record => record.Position > _position).ToList();
        if (events.Count == 0)
        {
            return;
        }

        var started = Now;
        try
        {
            await HandleAllAsync(events);
        }
        catch (Exception fault)
        {
            // Orleans would skip the batch after a while; a new activation asks for it again, from the checkpoint.
            DeliveryFailed(services.Logger, Consumer, Partition, fault);
            Leave();
            throw;
        }

        JournalTraces.Consumed(Consumer, events, started);
        services.Metrics.Handled(Consumer, Namespace, Partition, events[^1], events.Count);
        MoveTo(events[^1].Position);
        if (PauseAfter(events.Count) is { Ticks: > 0 } pause)
        {
            await Task.Delay(pause, services.Clock);
        }

        FollowReader();
    }

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex)
    {
        // The provider gave up a batch. This activation may not even have seen it; the checkpoint says where to resume.
        DeliveryFailed(services.Logger, Consumer, Partition, ex);
        Leave();
        return Task.CompletedTask;
    }

    /// <summary>
    /// A delivery without events that was accepted says that the consumer has had every event up to its position. Orleans calls no
    /// observer for it.
    /// </summary>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        await context.Invoke();
        if (IsOutdated)
        {
            Leave();
        }

        if (!_leaving && IsOfThisTimeline() && RequestContext.Get(JournalBatch.ThroughKey) is long through && context.Result is null && through > _position)
        {
            MoveTo(through);
        }
    }

    /// <inheritdoc/>
    public async Task RewindAsync(long position)
    {
        if (position == 0)
        {
            await ForgetAsync();
        }

        await services.Store.SaveCheckpointAsync(new StreamCheckpoint(Consumer, Partition, position), CancellationToken.None);
        _position = _saved = position;
        Leave();
    }

    /// <inheritdoc/>
    public Task<long> GetPositionAsync() => Task.FromResult(_position);

    /// <inheritdoc/>
    public async Task<int> ReplayAsync(IReadOnlyList<long> positions)
    {
        var taken = 0;
        foreach (var position in positions)
        {
            var page = await Database.ReadAllAsync(position - 1, 1);
            if (page is not [var record] || record.Position != position)
            {
                continue;
            }

            if (await TryHandleAsync(record) is { } error)
            {
                // The letter tells the newest error.
                RefusedAgain(services.Logger, Consumer, record.Type, record.Stream, record.Version, error);
                await AddLetterAsync(record, error);
            }
            else
            {
                await services.Store.RemoveDeadLetterAsync(Consumer, position, CancellationToken.None);
                taken++;
            }
        }

        return taken;
    }

    /// <summary>Processes events, in order. If it throws, it is called again with the same events or some of them.</summary>
    protected abstract Task HandleAsync(IReadOnlyList<JournalRecord> events);

    /// <summary>How long the next delivery waits after one, so that it is larger; by default not at all.</summary>
    protected virtual TimeSpan Pace => TimeSpan.Zero;

    /// <summary>
    /// How long the next delivery waits after one of so many events. A consumer that is behind does not wait, nor do events that are retried
    /// one by one or replayed.
    /// </summary>
    protected virtual TimeSpan PauseAfter(int events) => events < FullBatch ? Pace : TimeSpan.Zero;

    /// <summary>
    /// Removes what this partition has written, before all events come again. By default nothing: events that come again write the same.
    /// </summary>
    protected virtual Task ForgetAsync() => Task.CompletedTask;

    /// <summary>The database that has the partition.</summary>
    private IJournal Database => services.Journal.Databases[services.Journal.DatabaseOf(Partition)];

    /// <summary>The database that has the checkpoints and the views.</summary>
    private IJournal Views => services.Journal.Databases[0];

    /// <summary>Whether what this activation has read and written may be lost since.</summary>
    private bool IsOutdated => (_timeline != 0 && Database.Timeline != _timeline) || (_viewTimeline != 0 && Views.Timeline != _viewTimeline);

    /// <summary>Whether the silo that reads the partition has read what it delivers on the timeline of the checkpoint.</summary>
    private bool IsOfThisTimeline() =>
        _timeline == 0 || RequestContext.Get(JournalBatch.TimelineKey) is not int timeline || timeline == 0 || timeline == _timeline;

    private void MoveTo(long position)
    {
        _position = position;
        _saving ??= this.RegisterGrainTimer(TrySaveAsync, new GrainTimerCreationOptions(CheckpointPeriod, CheckpointPeriod) { KeepAlive = false });
    }

    /// <summary>Leaves the partition to a new activation, which begins at the checkpoint.</summary>
    private void Leave()
    {
        _leaving = true;
        DeactivateOnIdle();
    }

    /// <summary>
    /// Moves to the silo that reads the partition, so that events do not cross the network. Orleans moves partitions to other
    /// silos, but active grains stay where they are.
    /// </summary>
    private void FollowReader()
    {
        if (RequestContext.Get(JournalBatch.ReaderKey) is SiloAddress reader && !reader.Equals(GrainContext.Address.SiloAddress))
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, reader);
            this.MigrateOnIdle();
        }
    }

    private async Task HandleAllAsync(List<JournalRecord> all)
    {
        foreach (var damaged in all.Where(record => record.Damage is not null))
        {
            await SetAsideAsync(damaged, new DamagedRecordException(damaged, damaged.Damage!));
        }

        var events = all.FindAll(record => record.Damage is null);
        if (events.Count == 0)
        {
            return;
        }

        try
        {
            await HandleAsync(events);
            return;
        }
        catch (Exception fault) when (!IsOutage(fault))
        {
            SingledOut(services.Logger, Consumer, events.Count, fault);
        }

        foreach (var record in events)
        {
            if (await TryHandleAsync(record) is { } error)
            {
                await SetAsideAsync(record, error);
            }
        }
    }

    private async Task<Exception?> TryHandleAsync(JournalRecord record)
    {
        if (record.Damage is { } damage)
        {
            return new DamagedRecordException(record, damage);
        }

        var settings = services.Options.Value;
        var delay = settings.RetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await HandleAsync([record]);
                return null;
            }
            catch (Exception fault) when (!IsOutage(fault))
            {
                // What is damaged is damaged at the next attempt, too.
                if (attempt >= settings.MaxAttempts || fault is DamagedRecordException)
                {
                    return fault;
                }
            }

            await Task.Delay(delay, services.Clock);
            delay *= 2;
        }
    }

    private async Task SetAsideAsync(JournalRecord record, Exception error)
    {
        SetAside(services.Logger, Consumer, record.Type, record.Stream, record.Version, error);
        services.Metrics.SetAside(Consumer);
        await AddLetterAsync(record, error);
    }

    private Task AddLetterAsync(JournalRecord record, Exception error) => services.Store.AddDeadLettersAsync(
        [
            new DeadLetter(
                Consumer, Partition, record.Position, record.Stream, record.Version, record.Type, $"{error.GetType().Name}: {error.Message}", 1, Now),
        ],
        CancellationToken.None);

    /// <summary>Saves the checkpoint, or leaves it to the next call while the database is unavailable.</summary>
    private async Task TrySaveAsync(CancellationToken cancellationToken)
    {
        if (IsOutdated)
        {
            Leave();
            return;
        }

        // The write itself may be the first to meet a new primary.
        MemoryOfTimeline.Set(_viewTimeline);
        try
        {
            await SaveAsync(cancellationToken);
        }
        catch (Exception fault) when (IsOutage(fault))
        {
            // The timer repeats it every second: one message tells of an outage, and one of its end.
            if (_failedSaves++ == 0)
            {
                CheckpointFailed(services.Logger, Consumer, Partition, fault);
            }

            return;
        }

        if (_failedSaves > 0)
        {
            CheckpointSaved(services.Logger, Consumer, Partition, _failedSaves);
            _failedSaves = 0;
        }
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        if (_position != _saved)
        {
            var position = _position;
            await services.Store.SaveCheckpointAsync(new StreamCheckpoint(Consumer, Partition, position), cancellationToken);
            _saved = position;
        }
        else if (_saving is { } timer)
        {
            _saving = null;
            timer.Dispose();
        }
    }

    /// <summary>Whether a fault lies in the environment and not in the event.</summary>
    private static bool IsOutage(Exception fault) => fault is JournalException or OrleansException || Outage.Is(fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer {Consumer} failed in partition {Partition}; it resumes from its checkpoint.")]
    private static partial void DeliveryFailed(ILogger logger, string consumer, int partition, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer {Consumer} could not save its checkpoint in partition {Partition}.")]
    private static partial void CheckpointFailed(ILogger logger, string consumer, int partition, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer {Consumer} saved its checkpoint in partition {Partition} again, after {Count} failures.")]
    private static partial void CheckpointSaved(ILogger logger, string consumer, int partition, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer {Consumer} failed on {Count} events; it retries them one by one.")]
    private static partial void SingledOut(ILogger logger, string consumer, int count, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer {Consumer} refused {Type} of {Stream}, version {Version}, again.")]
    private static partial void RefusedAgain(ILogger logger, string consumer, string type, string stream, long version, Exception fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "Consumer {Consumer} set aside {Type} of {Stream}, version {Version}.")]
    private static partial void SetAside(ILogger logger, string consumer, string type, string stream, long version, Exception fault);
}

/// <summary>The services that every consumer needs.</summary>
public sealed record ConsumerServices(
    IJournal Journal,
    IStreamStore Store,
    StreamMetrics Metrics,
    TimeProvider Clock,
    IOptions<StreamSettings> Options,
    ILogger<JournalConsumer> Logger);
